"""A PDF as a sequence of pages, each read from its text layer or by the OCR engine.

Mode `auto` reads a trusted text layer and runs OCR only on
images and outlined text beside it. Without a trusted layer it runs OCR
on the whole page. Modes `ocr` and `text` force one or the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from paddleocr_service import EngineInfo, Line, Recognition
from paddleocr_service.languages import languages_found
from paddleocr_service.layout import structure_of_layer
from paddleocr_service.reading_order import page_text, reading_order
from paddleocr_service.results import OFF
from services.ocr_service.checked_layer import CheckedLayer, LayerChecker, warnings_of_ocr
from services.ocr_service.helpers.form_fields import upright_fields
from services.ocr_service.helpers.hidden_warnings import hidden_text_warnings
from services.ocr_service.helpers.layer_order import blocks_of
from services.ocr_service.helpers.page_transform import Box
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.helpers.region_order import Sort, order_with_regions
from services.ocr_service.helpers.text_extractor import Page, page_of
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer
from services.ocr_service.ink import missed_text, missing_layer
from services.ocr_service.line_sheet import read_lines
from services.ocr_service.options import DocumentOptions
from services.ocr_service.page_regions import RegionReader
from services.ocr_service.page_warnings import PageWarning
from services.ocr_service.region_checks import RegionChecker
from services.ocr_service.stages import Stages

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

OCR, TEXT = "ocr", "text"
#: Resolution at which lines of the layer are compared with the rendered page: enough for small print.
_SAMPLE_DPI = 200
#: Number of regions of a document whose order is cached, for images repeated on each page.
_CACHED_REGIONS = 64
_LAYER = EngineInfo("PyMuPDF", "mupdf", ())


@dataclass(eq=False)
class PdfPages:
    """The pages of an open PDF. `read` runs OCR on an array (H, W, 3) uint8 RGB: a page.

    read_part: the same for a part of a page, where no structure is searched; `read` by default.
    """

    pdf: PdfDocument
    options: DocumentOptions
    read: Callable[[RGBArray], Recognition]
    max_pixels: int
    stages: Stages = field(default_factory=Stages)
    read_part: Callable[[RGBArray], Recognition] | None = None
    _checker: LayerChecker = field(init=False)
    _regions: RegionReader = field(init=False)
    _sort: Sort = field(init=False)

    def __post_init__(self) -> None:
        self._checker = LayerChecker(self.pdf.font_proofs(), self.options.lang)
        checker = RegionChecker(self._sketch, self.pdf.has_shaped_clips)
        self._sort = lru_cache(_CACHED_REGIONS)(reading_order)
        self._regions = RegionReader(checker, self.read_part or self.read, self.options.dpi)

    def recognize(self, number: int) -> Page:
        """The result of one page. Raises OCRServiceError."""
        if self.options.mode != OCR:
            words = self.options.words
            with self.stages.measure("layer"):
                look = self.options.mode != TEXT
                layer = self.pdf.text_layer(number, self.options.dpi, self.max_pixels, words, look)
            if self.options.mode == TEXT:
                return self._page_of(layer, layer.lines, number)
            checked = self._checker.check(layer, number, lambda lines: self._read_lines(lines, layer, number))
            if checked.lines is not None:
                regions, warnings = self._regions.read(layer, number)
                return self._page_of(layer, checked.lines, number, regions, (*checked.warnings, *warnings))
            return self._page_read(number, layer, checked)
        return self._page_read(number)

    def _page_read(self, number: int, layer: TextLayer | None = None, checked: CheckedLayer | None = None) -> Page:
        """The result of a page by OCR. The form fields are those of the file in this mode, too."""
        array = self._render(number, self.options.dpi)
        recognition = self.read(array)
        fields = upright_fields(self.pdf.form_fields(number, self.options.dpi, self.max_pixels), recognition)
        warnings = [*self.pdf.warnings, *missed_text(recognition, array)]
        if layer:
            warnings += hidden_text_warnings(layer, recognition.lines)
        if layer and checked:
            warnings += warnings_of_ocr(checked, layer, recognition)
        return page_of(recognition, number, warnings=warnings, fields=fields)

    def _page_of(
        self,
        layer: TextLayer,
        layer_lines: Sequence[LayerLine],
        number: int,
        regions: Sequence[Sequence[Line]] = (),
        warnings: Sequence[PageWarning] = (),
    ) -> Page:
        if regions:
            blocks = order_with_regions(layer_lines, regions, layer.width, layer.height, self._sort)
        else:
            blocks = blocks_of(layer_lines, layer.width, layer.height)
        if self.options.layout != OFF:
            drawn = [vector.box for vector in layer.vectors]
            blocks = structure_of_layer(blocks, drawn, layer.width, layer.height, self.options.lang)
        lines = tuple([line for block in blocks for row in block.rows for line in row])
        lang = languages_found((line.text for line in lines), self.options.lang)
        page = Recognition(layer.width, layer.height, lines, page_text(blocks), lang, _LAYER, blocks)
        hidden = hidden_text_warnings(layer, lines) if self.options.mode != TEXT else ()
        shown = (*self.pdf.warnings, *missing_layer(layer), *hidden, *warnings)
        return page_of(page, number, "text_layer", shown, layer.fields)

    def _read_lines(self, lines: Sequence[LayerLine], layer: TextLayer, number: int) -> list[Line | None]:
        dpi = max(_SAMPLE_DPI, self.options.dpi)
        return read_lines(
            lines, layer, lambda box: self._render(number, dpi, box, layer.zoom), self.read_part or self.read
        )

    def _render(self, number: int, dpi: int, part: Box | None = None, zoom: float = 1.0) -> RGBArray:
        """A page, or the part of it inside the box `part`, which is in pixels of a page at `zoom` pixels per point."""
        points = (part[0] / zoom, part[1] / zoom, part[2] / zoom, part[3] / zoom) if part else None
        with self.stages.measure("render"):
            return self.pdf.render(number, dpi, self.max_pixels, points)

    def _sketch(self, number: int, dpi: int, parts: Sequence[Box], zoom: float) -> list[RGBArray]:
        """Quick pictures of parts of a page. parts: in pixels of a page at `zoom` pixels per point."""
        with self.stages.measure("render"):
            boxes = [(x0 / zoom, y0 / zoom, x1 / zoom, y1 / zoom) for x0, y0, x1, y1 in parts]
            return self.pdf.sketch(number, dpi, self.max_pixels, boxes)
