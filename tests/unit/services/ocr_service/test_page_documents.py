"""The search for documents on a page: pictures, turned pages, and faults that must not show numbers."""

import traceback

import numpy as np
import pytest
from structlog.testing import capture_logs

from services.errors import PageFailed
from services.extraction import page_search
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_documents import PageDocuments
from services.ocr_service.stages import Stages
from tests.support.barcodes import drawn
from tests.support.identity import lines_of, page_of_lines, td3

NUMBER = "366360248814"


def search(options, picture=None, read_codes=lambda picture, boxes, alphabet: [""] * len(boxes), rendered=None):
    """A page search whose render function notes the pages that it renders."""

    def render(number):
        if rendered is not None:
            rendered.append(number)
        return picture

    chosen = DocumentOptions(lang="en", dpi=300, **options)
    return PageDocuments(chosen, lambda array: None, render, read_codes, Stages())


def page(*texts, width=500, height=500, **changes):
    return {**page_of_lines(lines_of(*texts)), "width": width, "height": height, "orientation": 0, **changes}


def test_fault_of_the_search_shows_no_number(monkeypatch):
    def fail(*_):
        raise ValueError(f"invalid literal for int(): {NUMBER}")

    monkeypatch.setattr(page_search, "find_documents", fail)
    recognize = search({"extract": "ids"}).add_to(lambda number: page(f"Aadhaar {NUMBER}"))
    with capture_logs() as logs, pytest.raises(PageFailed) as caught:
        recognize(1)
    shown = "".join(traceback.format_exception(caught.value))
    assert NUMBER not in str(logs) + shown + str(caught.value.as_dict())
    assert logs[0]["error"] == "ValueError" and logs[0]["place"].startswith("fail:")


def test_only_wanted_types_are_listed():
    texts = ["Aadhaar no 3663 6024 8814", *td3("K5106821")]
    for extract, expected in (("ids", ["aadhaar"]), ("mrz", ["mrz"]), ("ids,mrz", ["aadhaar", "mrz"])):
        found = search({"extract": extract}).add_to(lambda number: page(*texts))(1)["documents"]
        assert [each["type"] for each in found] == expected


def test_mask_alone_hides_numbers_and_lists_no_documents():
    blank = np.full((500, 500, 3), 255, np.uint8)
    result = search({"mask": "aadhaar"}, blank).add_to(lambda number: page(f"Aadhaar {NUMBER}"))(1)
    assert (result["text"], result["documents"]) == ("Aadhaar XXXXXXXX8814", [])


def test_mask_alone_finds_the_barcodes_of_documents():
    picture = drawn("QRCode", f'<PrintLetterBarcodeData uid="{NUMBER}"/>')
    height, width = picture.shape[:2]
    found = search({"mask": "aadhaar"}, picture).add_to(lambda number: page("Card", width=width, height=height))(1)
    assert found["documents"] == [] and len(found["masked_areas"]) == 1


def test_page_without_zones_is_not_rendered_unless_barcodes_are_wanted():
    rendered = []
    picture = np.full((500, 500, 3), 255, np.uint8)
    search({"extract": "ids,mrz"}, picture, rendered=rendered).add_to(lambda number: page("Hello"))(1)
    assert rendered == []
    search({"extract": "barcodes"}, picture, rendered=rendered).add_to(lambda number: page("Hello"))(1)
    assert rendered == [1]


def test_picture_that_was_read_is_not_rendered_again():
    picture, rendered = drawn("QRCode", "ONE"), []
    height, width = picture.shape[:2]
    searching = search({"extract": "barcodes"}, rendered=rendered)

    def recognize(number):
        searching.remember_and_read(picture)
        return page("Hello", width=width, height=height)

    assert [each["number"] for each in searching.add_to(recognize)(1)["documents"]] == ["ONE"]
    assert rendered == []


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_places_on_a_turned_page_are_those_of_the_upright_page(turn):
    upright = drawn("QRCode", "ONE")
    height, width = upright.shape[:2]
    found = []
    for array, orientation in ((upright, 0), (np.rot90(upright, turn // 90), turn)):
        result = page("Hello", width=width, height=height, orientation=orientation)
        found.append(
            search({"extract": "barcodes"}, array).add_to(lambda number, result=result: result)(1)["documents"]
        )
    assert found[0] == found[1] != []


def test_zone_is_read_again_in_the_upright_picture():
    shapes = []

    def read_codes(picture, boxes, alphabet):
        shapes.append((picture.shape[:2], len(boxes)))
        return td3("K5106821")

    sideways = np.full((500, 700, 3), 255, np.uint8)
    result = page(*td3("K5106821"), width=500, height=700, orientation=90)
    search({"extract": "mrz"}, sideways, read_codes).add_to(lambda number: result)(1)
    assert shapes == [((700, 500), 2)]


def test_text_layer_is_not_read_again():
    calls = []
    result = page(*td3("K5106821"), source="text_layer")
    search({"extract": "mrz"}, None, lambda *_: calls.append(1)).add_to(lambda number: result)(1)
    assert calls == []
