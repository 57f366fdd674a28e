"""Reads the parts of a page that its text layer lacks: text in images, and text drawn as outlines.

The layer says where images and vectors are. Small images and vectors are checked in a picture of low resolution before
OCR reads them, because most are logos, charts and icons. Pages without them cost nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paddleocr_service import Line, Recognition
from paddleocr_service.orientation import lines_as_given
from paddleocr_service.text_detail import DETAIL_DPI, TextDetail
from services.ocr_service.helpers.layer_regions import (
    Region,
    images_to_read,
    merge_regions,
    without_layer_lines,
)
from services.ocr_service.helpers.outlines import outlined_regions
from services.ocr_service.helpers.page_transform import Box, is_inside, touches_any
from services.ocr_service.helpers.text_layer import TextLayer
from services.ocr_service.page_warnings import UNREAD_IMAGE, PageWarning
from services.ocr_service.region_checks import RegionChecker, key_of, with_margin

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

#: Maximum number of regions of a page that OCR reads one by one. More are read as one picture of the page.
_MAX_REGIONS = 8
#: Number of pictures of a document whose OCR result is cached, for images repeated on each page.
_CACHED_PICTURES = 64
#: Lines with a lower confidence in a region that may be a drawing are dropped.
_MIN_CONFIDENCE = 0.8
#: Letters of an unread image that are worth a warning. Labels of vector drawings are usually in the layer.
_MIN_UNREAD = 20
#: Minimum number of letters of a region that OCR reads.
_MIN_LETTERS = 4
#: A region with fewer letters or digits, as read, is a logo.
_MIN_READ = 2
_POINTS_PER_INCH = 72


@dataclass(eq=False)
class RegionReader:
    """Reads regions of the pages of one document. `read_picture` runs OCR on an array (H, W, 3) uint8 RGB."""

    checker: RegionChecker
    read_picture: Callable[[RGBArray], Recognition]
    dpi: int
    _lines: dict[object, tuple[tuple[Line, ...], Region | None]] = field(init=False, default_factory=dict)

    def read(self, layer: TextLayer, number: int) -> tuple[list[list[Line]], list[PageWarning]]:
        """Lines that the layer lacks, by region, and warnings about regions with text that were not read."""
        unread: list[Box] = []
        regions = [self._lines_of(region, layer, number, unread) for region in self._checked(layer, number, unread)]
        detail = "This part of the page seems to have text that was not read."
        return [lines for lines in regions if lines], [UNREAD_IMAGE.at(detail, box) for box in unread]

    def _checked(self, layer: TextLayer, number: int, unread: list[Box]) -> list[Region]:
        """The regions to read. Those with text that is not worth reading are added to `unread`."""
        images = images_to_read(layer, self.checker.images.is_empty)
        found = images + _outlines(layer, images)
        regions = self._with_text_cut_out(layer, number)
        for region, detail in zip(found, self.checker.details(found, layer, number), strict=True):
            if _is_worth_reading(region, detail):
                regions.append(region._replace(box=_box_to_read(region, detail, layer)))
            elif region.kind != "vectors" and detail.letters >= _MIN_UNREAD and detail.is_labelled:
                unread.append(region.box)
        return merge_regions(regions, _MAX_REGIONS)

    def _with_text_cut_out(self, layer: TextLayer, number: int) -> list[Region]:
        """Images whose pixels show no letters, but that are cut to the form of letters."""
        empty = any(self.checker.images.is_empty(image, layer) for image in layer.images)
        if not empty or not self.checker.may_cut(number):
            return []
        found = images_to_read(layer, lambda image, layer: not self.checker.images.is_empty(image, layer))
        details = self.checker.details(found, layer, number)
        return [
            region._replace(box=_box_to_read(region, detail, layer))
            for region, detail in zip(found, details, strict=True)
            if detail.letters >= _MIN_LETTERS and detail.is_mostly_text
        ]

    def _lines_of(self, region: Region, layer: TextLayer, number: int, unread: list[Box]) -> list[Line]:
        """The lines of a region. If uncertain words were dropped, its box is added to `unread`."""
        left, top = int(region.box[0]), int(region.box[1])
        read = self._lines_of_image(region, layer, number)
        lines = read if region.kind == "large image" else tuple(filter(_is_certain, read))
        if any(_is_word(line) for line in read if line not in lines):
            unread.append(region.box)
        if region.kind != "large image" and sum(map(_letters, lines)) < _MIN_READ:
            return []
        moved = [line.transformed(lambda point: (point[0] + left, point[1] + top)) for line in lines]
        return without_layer_lines(moved, layer.visible)

    def _lines_of_image(self, region: Region, layer: TextLayer, number: int) -> tuple[Line, ...]:
        """OCR of a region. An image on several pages, without text on it, is rendered once."""
        key: object = key_of(region, layer)
        if region.key is None or touches_any(region.box, [line.box for line in layer.visible]):
            return self._read_picture(*self.checker.pictures([region.box], layer, number, self.dpi))
        if key not in self._lines:
            lines = self._read_picture(*self.checker.pictures([region.box], layer, number, self.dpi))
            self._cache(key, lines, region)
        return self._lines[key][0]

    def _read_picture(self, pixels: RGBArray) -> tuple[Line, ...]:
        key = hashlib.sha256(pixels.tobytes() + repr(pixels.shape).encode()).digest()
        if key not in self._lines:
            self._cache(key, lines_as_given(self.read_picture(pixels)))
        return self._lines[key][0]

    def _cache(self, key: object, lines: tuple[Line, ...], region: Region | None = None) -> None:
        """A region is kept as well: the image of another one could get the same key."""
        if len(self._lines) >= _CACHED_PICTURES:
            self._lines.clear()
        self._lines[key] = lines, region


def _is_worth_reading(region: Region, detail: TextDetail) -> bool:
    """Of a background, such as the photograph of a cover, also if it shows labels: they are not in the layer."""
    if region.kind == "background" and detail.is_labelled and detail.letters >= _MIN_UNREAD:
        return True
    return detail.letters >= _MIN_LETTERS and (detail.is_mostly_text or region.kind == "large image")


def _outlines(layer: TextLayer, images: Sequence[Region]) -> list[Region]:
    """Regions of outlined text. Those on images are read with them."""
    boxes = outlined_regions(layer) if layer.vectors else []
    read = [image.box for image in images if image.kind != "background"]
    return [Region(box, "vectors") for box in boxes if not any(is_inside(box, image) for image in read)]


def _box_to_read(region: Region, detail: TextDetail, layer: TextLayer) -> Box:
    """The part of a region that OCR reads: of a background, only the part with rows of letters."""
    if region.kind == "vectors":
        return with_margin(region.box, layer)
    if region.kind != "background" or detail.box is None:
        return region.box
    scale = layer.zoom * _POINTS_PER_INCH / DETAIL_DPI
    left, top = region.box[:2]
    x0, y0, x1, y1 = (edge * scale for edge in detail.box)
    return with_margin((left + x0, top + y0, left + x1, top + y1), layer)


def _is_certain(line: Line) -> bool:
    return line.confidence >= _MIN_CONFIDENCE and any(char.isalnum() for char in line.text)


def _is_word(line: Line) -> bool:
    """Whether a line is more than noise: at least four letters or digits."""
    return _letters(line) >= _MIN_LETTERS


def _letters(line: Line) -> int:
    return sum(char.isalnum() for char in line.text)
