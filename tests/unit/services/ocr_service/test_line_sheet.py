"""Lines of a layer that are read again: how they are put on a sheet, and where its words are on the page."""

import numpy as np
import pymupdf
import pytest

from paddleocr_service import EngineInfo, Line, Recognition, Word
from services.ocr_service.helpers.page_transform import box_around
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.line_sheet import read_lines

DPI = 144


def read_as_one_line(sheet):
    """An engine that finds one word, which is all the ink."""
    rows, columns = np.nonzero(sheet.min(axis=2) < 128)
    x0, y0, x1, y1 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    polygon = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    line = Line("read", 0.9, polygon, (Word("read", 0.9, polygon),))
    size = sheet.shape[1], sheet.shape[0]
    assert size[0] > 3 * size[1], "the line runs from left to right"
    return Recognition(*size, (line,), "read", "en", EngineInfo("FakeEngine", "none", ()))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("direction", [0, 90, 180, 270])
def test_lines_in_any_direction_are_read_upright_and_placed_on_the_page(tmp_path, rotation, direction):
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=500)
        page.insert_text((200, 250), "HHHHHHHHHHHHH", fontsize=12, rotate=direction)
        page.set_rotation(rotation)
        document.save(tmp_path / "page.pdf")
    with PdfDocument(tmp_path / "page.pdf") as pdf:
        layer = pdf.text_layer(1, DPI, 10**8)
        (line,) = layer.lines
        points = layer.zoom

        def render(box):
            return pdf.render(1, DPI, 10**8, tuple(edge / points for edge in box))

        (found,) = read_lines([line], layer, render, read_as_one_line)
        page = pdf.render(1, DPI, 10**8)
    rows, columns = np.nonzero(page.min(axis=2) < 128)
    ink = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert found.text == "read" and found.polygon == line.line.polygon
    assert box_around(found.words[0].polygon) == pytest.approx(ink, abs=2)


def test_a_line_askew_cannot_be_turned(tmp_path):
    with pymupdf.open() as document:
        at = pymupdf.Point(100, 250)
        document.new_page(width=400, height=500).insert_text(at, "Askew", morph=(at, pymupdf.Matrix(30)))
        document.save(tmp_path / "page.pdf")
    with PdfDocument(tmp_path / "page.pdf") as pdf:
        (line,) = pdf.text_layer(1, DPI, 10**8).lines
    assert line.turns is None
