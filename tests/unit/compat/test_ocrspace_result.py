"""Results in the form of ocr.space."""

import pytest

from controllers.compat.ocrspace_result import rejection, response
from tests.support.compat_results import document, failed, line, page, picture


def test_each_page_is_a_parsed_result():
    answer = response(document(page(line("one", 0, 0, 9, 9)), page(line("two", 0, 0, 9, 9), number=2)))
    assert [each["ParsedText"] for each in answer["ParsedResults"]] == ["one", "two"]
    assert (answer["OCRExitCode"], answer["IsErroredOnProcessing"], answer["ErrorMessage"]) == (1, False, None)
    assert answer["ProcessingTimeInMilliseconds"] == "1250"
    assert not answer["ParsedResults"][0]["TextOverlay"]["HasOverlay"]


@pytest.mark.parametrize(("pages", "code", "errored"), [(1, 2, False), (0, 3, True)])
def test_failed_pages_are_named(pages, code, errored):
    read = [page(line("one", 0, 0, 9, 9)) for _ in range(pages)]
    answer = response(document(*read, failed(2)))
    assert (answer["OCRExitCode"], answer["IsErroredOnProcessing"]) == (code, errored)
    assert answer["ErrorMessage"] == ["Page 2: The page took too long. (page_timeout)"]
    assert answer["ParsedResults"][-1]["FileParseExitCode"] < 0


def test_overlay_has_upright_boxes_in_pixels():
    answer = response(picture(page(line("Hello world", 100, 80, 300, 120))), overlay=True)
    (found,) = answer["ParsedResults"][0]["TextOverlay"]["Lines"]
    assert found["LineText"] == "Hello world" and (found["MaxHeight"], found["MinTop"]) == (40, 80)
    assert found["Words"][1] == {"WordText": "world", "Left": 200, "Top": 80, "Height": 40, "Width": 100}


@pytest.mark.parametrize(("upright", "left", "turn"), [(False, 20, "0"), (True, 10, "90")])
def test_positions_of_a_turned_page(upright, left, turn):
    turned = page(line("up", 10, 20, 60, 40), width=200, height=300, orientation=90)
    (result,) = response(picture(turned), overlay=True, upright=upright)["ParsedResults"]
    assert result["TextOverlay"]["Lines"][0]["Words"][0]["Left"] == left
    assert result["TextOrientation"] == turn


def test_a_table_is_read_row_by_row():
    lines = [line("Tea", 0, 0, 50, 20), line("Milk", 0, 40, 50, 60), line("1.20", 80, 3, 120, 22)]
    assert response(picture(page(*lines)), table=True)["ParsedResults"][0]["ParsedText"] == "Tea\t1.20\nMilk"


def test_a_rejection_has_this_services_code():
    answer = rejection("The file is damaged.", "corrupt_file")
    assert answer["IsErroredOnProcessing"] and answer["ErrorMessage"] == ["The file is damaged. (corrupt_file)"]
