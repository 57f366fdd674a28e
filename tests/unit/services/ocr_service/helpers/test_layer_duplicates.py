"""Text that is drawn more than once is returned once; text that only looks like it stays."""

import pymupdf
import pytest

from tests.support.glyphs import content_pdf
from tests.support.layers import visible_lines, visible_text

HELVETICA = pymupdf.Font("helv")


def at(x, y, text, size=12, before=""):
    return f"BT {before} /helv {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET "


def twice(pieces, dx, dy=0.0, size=12):
    """Pieces of a line after each other, each drawn twice before the next one."""
    x, content = 72.0, ""
    for piece in pieces:
        content += at(x, 500, piece, size) + at(x + dx, 500 + dy, piece, size)
        x += HELVETICA.text_length(piece, size)
    return content


@pytest.mark.parametrize("text", ["Statement of Accounts", "Total: 1,204.17", "Mill 1100 illicit", "22"])
@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (0.3, 0), (1, -1), (1.1, 1.1)])
def test_line_that_is_drawn_twice_is_returned_once(tmp_path, text, dx, dy):
    assert visible_text(tmp_path, content_pdf(at(72, 500, text) + at(72 + dx, 500 + dy, text))) == [text]


def test_line_that_is_drawn_three_times_is_returned_once(tmp_path):
    content = "".join(at(72 + shift, 500, "Total 12") for shift in (0, 0.3, 0.6))
    assert visible_text(tmp_path, content_pdf(content)) == ["Total 12"]


def test_text_that_is_filled_and_then_stroked_is_returned_once(tmp_path):
    content = at(72, 500, "Total 12") + at(72, 500, "Total 12", before="1 Tr")
    assert visible_text(tmp_path, content_pdf(content)) == ["Total 12"]


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (0.3, 0), (1, 0), (1.5, -1.5), (2, 0), (3, 0)])
def test_words_that_are_drawn_twice_are_returned_once(tmp_path, dx, dy):
    pieces = ["Sample ", "Mill ", "1100 ", "due"]
    assert visible_text(tmp_path, content_pdf(twice(pieces, dx, dy))) == ["Sample Mill 1100 due"]


@pytest.mark.parametrize("dx", [0.3, 1, 1.5, 2])
def test_letters_that_are_drawn_twice_are_returned_once(tmp_path, dx):
    assert visible_text(tmp_path, content_pdf(twice("Sample Mill 1100 illicit", dx))) == ["Sample Mill 1100 illicit"]


def test_part_of_a_line_that_is_drawn_again_stays_at_its_place(tmp_path):
    content = at(72, 500, "Mill Hall 1100.00") + at(91.4, 500, "Hall")
    assert visible_text(tmp_path, content_pdf(content)) == ["Mill Hall 1100.00"]


def test_all_lines_drawn_again_after_all_lines_keep_their_order(tmp_path):
    rows = ["First line", "Second line", "Third line"]
    once = "".join(at(72, 500 - 16 * row, text) for row, text in enumerate(rows))
    assert visible_text(tmp_path, content_pdf(once + once)) == rows


@pytest.mark.parametrize(
    "text",
    ["Mill Hall bookkeeping", "1100 2200 0011", "XXXX-XXXX-XXXX-1122", "coffee committee", "Chapter ........ 11", "ll"],
)
def test_doubled_letters_stay(tmp_path, text):
    assert visible_text(tmp_path, content_pdf(at(72, 500, text))) == [text]


def test_equal_words_next_to_each_other_stay(tmp_path):
    content = at(72, 500, "11") + at(86, 500, "11") + at(72, 490, "11") + at(100, 500, "11")
    assert "".join(visible_text(tmp_path, content_pdf(content))).replace(" ", "") == "11111111"


def test_different_text_in_the_same_place_stays(tmp_path):
    content = at(72, 500, "Total 100.00") + at(72, 500, "Total 999.00")
    assert visible_text(tmp_path, content_pdf(content)) == ["Total 100.00", "Total 999.00"]


def test_visible_text_over_the_same_invisible_text_stays(tmp_path):
    content = at(72, 500, "Scan text") + at(72, 500, "Scan text", before="3 Tr")
    assert visible_text(tmp_path, content_pdf(content)) == ["Scan text"]


def test_dark_copy_of_pale_text_stays(tmp_path):
    for content in (
        at(72, 500, "Relief", before="1 g") + at(72.5, 500, "Relief", before="0 g"),
        at(72, 500, "Relief", before="0 g") + at(72.5, 500, "Relief", before="1 g"),
    ):
        (line,) = visible_lines(tmp_path, content_pdf(content))
        assert line.line.text == "Relief"


def test_letters_at_equal_distances_are_one_word(tmp_path):
    placed = "".join(
        f"1 0 0 1 {72 + 7.5 * index + shift} 500 Tm ({letter}) Tj "
        for index, letter in enumerate("Name: Sample")
        for shift in (0, 0.3)
    )
    content = f"BT /helv 12 Tf {placed}ET " + at(72, 400, "Total") * 2
    assert visible_text(tmp_path, content_pdf(content)) == ["Name: Sample", "Total"]
