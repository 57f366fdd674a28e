"""Reading order of text layers, and when it is replaced by position."""

import random

import pytest

from services.ocr_service.helpers.layer_order import blocks_of, is_scrambled
from services.ocr_service.helpers.pdf_processor import PdfDocument
from tests.support.engine import PROSE
from tests.support.pdfs import across_columns, pdf_of, two_columns, write


@pytest.fixture
def text_of(tmp_path):
    """`text_of(draw)`: the blocks of a page filled by `draw(page)`, and what `draw` returned."""

    def read(draw):
        drawn = []
        path = tmp_path / "document.pdf"
        path.write_bytes(pdf_of(lambda page: drawn.append(draw(page))))
        with PdfDocument(path) as document:
            layer = document.text_layer(1, 100, 10**8)
        blocks = blocks_of(layer.lines, layer.width, layer.height)
        return blocks, drawn[0]

    return read


def texts(blocks):
    return [line.text for block in blocks for line in block.lines]


def test_columns_are_read_one_after_another(text_of):
    blocks, lines = text_of(two_columns)
    assert texts(blocks) == lines


def test_a_layer_that_runs_across_columns_is_reordered(text_of):
    blocks, lines = text_of(across_columns)
    assert texts(blocks) == lines


def test_a_shuffled_layer_is_reordered(text_of):
    lines = [f"{number}. {text[:50].strip()}" for number, text in enumerate(PROSE * 3)]

    def draw(page):
        positions = list(enumerate(lines))
        random.Random(1).shuffle(positions)
        for row, text in positions:
            write(page, [text], y=72 + 16 * row)

    assert texts(text_of(draw)[0]) == lines


def test_a_single_line_out_of_place_does_not_cause_reordering(text_of):
    def draw(page):
        write(page, PROSE)
        write(page, ["Page 7"], y=40)

    assert texts(text_of(draw)[0]) == [*PROSE, "Page 7"]


def test_the_cells_of_a_table_row_stay_together(text_of):
    rows = [("Timber", "1,250.00"), ("Rope", "318.40"), ("Oranges", "76.25"), ("Total", "1,644.65")]

    def draw(page):
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                write(page, [cell], x=72 + 200 * column, y=72 + 30 * row)

    blocks, _ = text_of(draw)
    assert "\n".join(block.text for block in blocks) == "\n".join(" ".join(cells) for cells in rows)


def test_paragraphs_are_blocks(text_of):
    def draw(page):
        write(page, PROSE[:3])
        write(page, PROSE[3:5], y=200)

    assert [len(block.rows) for block in text_of(draw)[0]] == [3, 2]


def test_a_block_has_the_box_around_its_lines(text_of):
    (block,), _ = text_of(lambda page: write(page, ["One", "Longer line"]))
    polygons = [point for line in block.lines for point in line.polygon]
    assert block.bbox == (
        min(x for x, _ in polygons),
        min(y for _, y in polygons),
        max(x for x, _ in polygons),
        max(y for _, y in polygons),
    )


def test_an_empty_layer_is_not_scrambled():
    assert not is_scrambled([])
    assert blocks_of([], 100, 100) == ()
