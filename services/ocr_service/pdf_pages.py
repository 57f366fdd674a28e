"""A PDF as a row of pages, each read from its text layer or by the engine.

`auto` reads a page from its layer where that can be trusted, and only the page's pictures by OCR; else the whole page
by OCR. `ocr` and `text` force one or the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from paddleocr_service import EngineInfo, Line, Recognition
from paddleocr_service.orientation import lines_as_given
from paddleocr_service.reading_order import page_text, reading_order
from services.ocr_service.helpers.layer_order import blocks_of
from services.ocr_service.helpers.layer_pictures import (
    INK_DPI,
    may_hold_text,
    pictures_to_read,
    without_those_of_the_layer,
)
from services.ocr_service.helpers.layer_places import Box
from services.ocr_service.helpers.layer_trust import Judge, sample, says_the_same
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.text_extractor import page_of
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer
from services.ocr_service.options import DocumentOptions
from services.ocr_service.stages import Stages

if TYPE_CHECKING:
    import numpy as np

AUTO, OCR, TEXT = "auto", "ocr", "text"
#: Resolution at which lines are compared with the picture: enough for small print.
_SAMPLE_DPI = 200
#: White around the lines of a sample, of their height.
_MARGIN = 0.4
#: Pictures of a document whose reading is kept, for those that stand on each page.
_PICTURES_KEPT = 32
_LAYER = EngineInfo("PyMuPDF", "mupdf", ())


class PdfPages:
    """An open PDF; a context manager that closes it. `read` recognises an array (H, W, 3) uint8 RGB."""

    def __init__(
        self,
        pdf: PdfDocument,
        page_numbers: tuple[int, ...],
        options: DocumentOptions,
        read: Callable[[np.ndarray], Recognition],
        max_pixels: int,
        stages: Stages | None = None,
    ) -> None:
        self.page_numbers = page_numbers
        self._pdf = pdf
        self._options = options
        self._read = read
        self._max_pixels = max_pixels
        self._stages = stages or Stages()
        self._judge = Judge()
        self._readings: dict[bytes, tuple[Line, ...]] = {}
        self._empty_backgrounds: set[int] = set()

    def recognize(self, number: int) -> dict:
        """The page's result. Raises OCRServiceError."""
        if self._options.mode != OCR:
            words = self._options.detail == "word"
            with self._stages.measure("layer"):
                layer = self._pdf.text_layer(number, self._options.dpi, self._max_pixels, words)
            if self._options.mode == TEXT:
                return self._page_of(layer, layer.lines, number)
            if self._is_true(layer, number):
                return self._page_of(layer, layer.seen, number, self._lines_of_pictures(layer, number))
        return page_of(self._read(self._render(number, self._options.dpi)), number)

    def __enter__(self) -> PdfPages:
        self._pdf.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._pdf.__exit__(*exc_info)

    def _page_of(
        self, layer: TextLayer, written: Sequence[LayerLine], number: int, pictured: Sequence[Line] = ()
    ) -> dict:
        if pictured:
            blocks = reading_order([*(line.line for line in written), *pictured], layer.width, layer.height)
        else:
            blocks = blocks_of(written, layer.width, layer.height)
        lines = tuple(line for block in blocks for line in block.lines)
        page = Recognition(layer.width, layer.height, lines, page_text(blocks), self._options.lang, _LAYER, blocks)
        return page_of(page, number, source="text_layer")

    def _is_true(self, layer: TextLayer, number: int) -> bool:
        verdict = self._judge.judge(layer.seen)
        lines = sample(verdict.in_doubt)
        if not verdict.trusted or not lines:
            return verdict.trusted
        if not says_the_same(" ".join(line.line.text for line in lines), self._read_lines(lines, layer, number)):
            return False
        self._judge.believe(verdict.in_doubt)
        return True

    def _read_lines(self, lines: Sequence[LayerLine], layer: TextLayer, number: int) -> str:
        """What the picture of the page shows where these lines stand: one under the other."""
        import numpy as np

        strips = []
        for line in lines:
            x0, y0, x1, y1 = line.box
            margin = _MARGIN * (y1 - y0)
            box = (x0 - margin, y0 - margin, x1 + margin, y1 + margin)
            strips.append(self._render(number, max(_SAMPLE_DPI, self._options.dpi), box, layer.zoom))
        width = max(strip.shape[1] for strip in strips)
        sheet = [np.pad(strip, ((0, 0), (0, width - strip.shape[1]), (0, 0)), mode="edge") for strip in strips]
        return " ".join(line.text for line in self._read(np.concatenate(sheet)).lines)

    def _lines_of_pictures(self, layer: TextLayer, number: int) -> list[Line]:
        lines: list[Line] = []
        for picture, is_background in pictures_to_read(layer):
            if is_background and self._is_empty(picture.box, picture.name, layer, number):
                continue
            lines += self._lines_of_picture(picture.box, layer, number)
        return without_those_of_the_layer(lines, layer.seen)

    def _is_empty(self, box: Box, name: int | None, layer: TextLayer, number: int) -> bool:
        if name in self._empty_backgrounds:
            return True
        empty = not may_hold_text(self._render(number, INK_DPI), box, layer)
        if empty and name:
            self._empty_backgrounds.add(name)
        return empty

    def _lines_of_picture(self, box: Box, layer: TextLayer, number: int) -> list[Line]:
        pixels = self._render(number, self._options.dpi, box, layer.zoom)
        key = hashlib.sha256(pixels.tobytes() + repr(pixels.shape).encode()).digest()
        if key not in self._readings:
            if len(self._readings) >= _PICTURES_KEPT:
                self._readings.clear()
            self._readings[key] = lines_as_given(self._read(pixels))
        return [_moved(line, int(box[0]), int(box[1])) for line in self._readings[key]]

    def _render(self, number: int, dpi: int, part: Box | None = None, zoom: float = 1.0) -> np.ndarray:
        """A page, or the part of it in a box that is given in pixels of a page at `zoom` pixels a point."""
        points = tuple(edge / zoom for edge in part) if part else None
        with self._stages.measure("render"):
            return self._pdf.render(number, dpi, self._max_pixels, points).array


def _moved(line: Line, x: float, y: float) -> Line:
    words = tuple(replace(word, polygon=_shifted(word.polygon, x, y)) for word in line.words)
    return replace(line, polygon=_shifted(line.polygon, x, y), words=words)


def _shifted(polygon: tuple, x: float, y: float) -> tuple:
    return tuple((px + x, py + y) for px, py in polygon)
