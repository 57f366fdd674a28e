"""Text of a layer that a reader does not see is hidden; text that only looks suspicious is not."""

import pymupdf
import pytest

from services.ocr_service.helpers.pdf_processor import PdfDocument
from tests.support.drawing import picture
from tests.support.engine import PROSE, wrap_text
from tests.support.pdfs import pdf_of, write

BLACK, WHITE, BLUE, YELLOW = (0, 0, 0), (1, 1, 1), (0.1, 0.2, 0.6), (1, 1, 0)
SECRET = "The witness is called Robert Sample and lives here."
BAR = (60, 300, 540, 330)
BASE = (72, 320)
BODY = wrap_text(" ".join(PROSE), 11, 440)[:5]


@pytest.fixture
def read(tmp_path):
    """Reads a page drawn by a function. Returns its visible and its hidden lines, without five lines of prose."""

    def texts(draw, words=False, rotation=0, size=(595, 842)):
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf_of(lambda page: (write(page, BODY), draw(page), page.set_rotation(rotation)), size=size))
        with PdfDocument(path) as pdf:
            layer = pdf.text_layer(1, 200, 50_000_000, words, look=True)
        lines = [(line.line.text, line.hidden) for line in layer.lines]
        assert [text for text, hidden in lines[:5] if not hidden] == BODY
        return [text for text, hidden in lines[5:] if not hidden], [text for text, hidden in lines[5:] if hidden]

    return texts


def box_over_words(page, *words, colour=BLACK, **how):
    """A box over each of these words, as redaction tools draw them: a little wider than the word."""
    for word in words:
        for found in page.search_for(word):
            page.draw_rect(found + (-1, 0, 1, 0), color=None, fill=colour, **how)


def secret_under(cover, colour=BLACK):
    def draw(page):
        page.insert_text(BASE, SECRET, fontsize=12, color=colour)
        cover(page)

    return draw


def annotation(kind):
    def cover(page):
        if kind == "square":
            annot = page.add_rect_annot(BAR)
            annot.set_colors(stroke=BLACK, fill=BLACK)
        elif kind == "free text":
            annot = page.add_freetext_annot(BAR, "", fill_color=WHITE)
        elif kind == "ink":
            annot = page.add_ink_annot([[(60, 317), (300, 317), (540, 317)]])
            annot.set_border(width=20)
        else:
            annot = page.add_polygon_annot([(60, 300), (540, 300), (540, 330), (60, 330)])
            annot.set_colors(stroke=BLACK, fill=BLACK)
        annot.update()

    return cover


HIDDEN = {
    "black box": secret_under(lambda page: page.draw_rect(BAR, color=None, fill=BLACK)),
    "white box": secret_under(lambda page: page.draw_rect(BAR, color=None, fill=WHITE)),
    "grey box with a frame": secret_under(lambda page: page.draw_rect(BAR, color=BLACK, fill=(0.5, 0.5, 0.5))),
    "white page": secret_under(lambda page: page.draw_rect((0, 290, 595, 842), color=None, fill=WHITE)),
    "thick line": secret_under(lambda page: page.draw_line((60, 316), (540, 316), color=BLACK, width=18)),
    "round corners": secret_under(lambda page: page.draw_rect(BAR, color=None, fill=BLACK, radius=0.2)),
    "square annotation": secret_under(annotation("square")),
    "free text annotation": secret_under(annotation("free text")),
    "polygon annotation": secret_under(annotation("polygon")),
    "ink annotation": secret_under(annotation("ink")),
    "image": secret_under(lambda page: page.insert_image(BAR, stream=picture("", width=480), keep_proportion=False)),
    "white on white": secret_under(lambda page: None, WHITE),
    "nearly white on white": secret_under(lambda page: None, (0.96, 0.96, 0.96)),
    "black on black": lambda page: (
        page.draw_rect(BAR, color=None, fill=BLACK),
        page.insert_text(BASE, SECRET, fontsize=12),
    ),
    "blue on blue": lambda page: (
        page.draw_rect(BAR, color=None, fill=BLUE),
        page.insert_text(BASE, SECRET, fontsize=12, color=BLUE),
    ),
    "white in a white cell of a dark box": lambda page: (
        page.draw_rect((50, 200, 550, 400), color=None, fill=BLUE),
        page.draw_rect(BAR, color=None, fill=WHITE),
        page.insert_text(BASE, SECRET, fontsize=12, color=WHITE),
    ),
}


@pytest.mark.parametrize("draw", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("rotation", [0, 90])
def test_text_that_nobody_sees_is_hidden(read, draw, rotation):
    assert read(draw, rotation=rotation) == ([], [SECRET])


def darkened(page):
    """A white box that is multiplied with the text below it, which changes nothing, and text that touches both."""
    page.insert_text(BASE, SECRET, fontsize=12)
    page.draw_rect(BAR, color=None, fill=WHITE)
    page.insert_text(BASE, "_" * 40, fontsize=12)
    document, xref = page.parent, page.get_contents()[0]
    document.update_stream(xref, page.read_contents().replace(b"q\n", b"q\n/Blend gs\n"))
    page.set_contents(xref)
    resources = int(document.xref_get_key(page.xref, "Resources")[1].split()[0])
    document.xref_set_key(resources, "ExtGState", "<</Blend <</BM /Multiply>>>>")


SEEN = {
    "highlight": secret_under(lambda page: page.add_highlight_annot(page.search_for(SECRET))),
    "transparent box": secret_under(lambda page: page.draw_rect(BAR, color=None, fill=YELLOW, fill_opacity=0.6)),
    "frame": secret_under(lambda page: page.draw_rect(BAR, color=BLACK, width=1)),
    "small frame": secret_under(lambda page: page.draw_rect((70, 310, 500, 324), color=BLACK)),
    "underline": secret_under(lambda page: page.draw_line((60, 322), (540, 322), color=BLACK, width=1.5)),
    "box beside it": secret_under(lambda page: page.draw_rect((60, 322, 540, 350), color=None, fill=BLACK)),
    "circle around it": secret_under(lambda page: page.draw_circle((300, 316), 280, color=BLACK)),
    "coloured cell": lambda page: (
        page.draw_rect(BAR, color=None, fill=YELLOW),
        page.insert_text(BASE, SECRET, fontsize=12),
    ),
    "white on a dark box": lambda page: (
        page.draw_rect(BAR, color=None, fill=BLUE),
        page.insert_text(BASE, SECRET, fontsize=12, color=WHITE),
    ),
    "white on a dark round box": lambda page: (
        page.draw_rect(BAR, color=None, fill=BLUE, radius=0.3),
        page.insert_text(BASE, SECRET, fontsize=12, color=WHITE),
    ),
    "grey on white": secret_under(lambda page: None, (0.8, 0.8, 0.8)),
    "on a picture": lambda page: (
        page.insert_image(BAR, stream=picture("", width=480), keep_proportion=False),
        page.insert_text(BASE, SECRET, fontsize=12),
    ),
    "over a box that covers nothing": lambda page: (
        page.insert_text((72, 350), "", fontsize=12),
        page.draw_rect(BAR, color=None, fill=WHITE),
        page.insert_text(BASE, SECRET, fontsize=12),
    ),
    "small bold print in a frame": lambda page: (
        page.insert_text(BASE, SECRET, fontsize=5, fontname="hebo"),
        page.draw_rect((70, 314, 300, 323), color=BLACK, width=0.5),
    ),
}


@pytest.mark.parametrize("draw", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("rotation", [0, 90])
def test_text_that_a_reader_sees_is_not_hidden(read, draw, rotation):
    assert read(draw, rotation=rotation) == ([SECRET], [])


@pytest.mark.parametrize("words", [False, True])
@pytest.mark.parametrize(
    ("covered", "visible"),
    [
        (["Robert Sample"], "The witness is called and lives here."),
        (["Robert"], "The witness is called Sample and lives here."),
        (["The witness", "lives here."], "is called Robert Sample and"),
    ],
)
def test_only_the_covered_words_of_a_line_are_hidden(read, words, covered, visible):
    seen, hidden = read(secret_under(lambda page: box_over_words(page, *covered)), words)
    assert seen == [visible]
    assert "".join(hidden).replace(" ", "") == "".join(covered).replace(" ", "")


def test_box_that_only_darkens_hides_nothing(read):
    seen, hidden = read(darkened)
    assert (seen[0], hidden) == (SECRET, [])


def test_a_picture_hides_only_the_words_below_it(read):
    def cover(page):
        (place,) = page.search_for("Robert Sample")
        page.insert_image(place, stream=picture("x", width=90), keep_proportion=False)

    assert read(secret_under(cover)) == (["The witness is called and lives here."], ["Robert Sample"])


def test_many_suspects_are_compared_as_well(read):
    def draw(page):
        for row in range(40):
            page.insert_text((72, 250 + 12 * row), f"Row {row}", fontsize=8, color=WHITE if row % 2 else BLACK)
            page.draw_rect((400, 250 + 12 * row, 500, 260 + 12 * row), color=None, fill=BLUE)

    seen, hidden = read(draw)
    assert seen == [f"Row {row}" for row in range(0, 40, 2)]
    assert hidden == [f"Row {row}" for row in range(1, 40, 2)]


def test_covered_digits_of_a_number_are_hidden(read):
    def draw(page):
        page.insert_text(BASE, "Account 4485 1234 5678 9012", fontsize=12)
        box_over_words(page, "1234 5678")

    assert read(draw) == (["Account 4485 9012"], ["1234 5678"])


def test_text_over_white_out_replaces_the_text_below(read):
    def draw(page):
        page.insert_text(BASE, "Total amount payable: 1,250.00 EUR", fontsize=11)
        page.draw_rect((70, 308, 400, 326), color=WHITE, fill=WHITE)
        page.insert_text(BASE, "Total amount payable: 9,990.00 EUR", fontsize=11)
        page.add_highlight_annot((72, 600, 200, 620))  # is blended, but not with these

    assert read(draw) == (["Total amount payable: 9,990.00 EUR"], ["Total amount payable: 1,250.00 EUR"])


def test_text_outside_the_crop_box_is_not_in_the_layer(read):
    def draw(page):
        page.insert_text((72, 800), SECRET, fontsize=12)
        page.set_cropbox(pymupdf.Rect(0, 0, 595, 700))

    assert read(draw) == ([], [])
