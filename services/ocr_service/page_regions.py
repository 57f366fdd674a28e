"""Reads the parts of a page that its text layer lacks: text in images, and text drawn as outlines.

The layer says where images and vectors are. Small images and vectors are checked in a picture of low resolution before
OCR reads them, because most are logos, charts and icons. Pages without them cost nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from paddleocr_service import Line, Recognition
from paddleocr_service.orientation import lines_as_given
from paddleocr_service.text_detail import CERTAIN, DETAIL_DPI, NOTHING, TextDetail, text_detail
from services.ocr_service.helpers.layer_regions import (
    Region,
    blank_lines,
    images_to_read,
    merge_regions,
    without_layer_lines,
)
from services.ocr_service.helpers.outlines import outlined_regions
from services.ocr_service.helpers.page_transform import Box, is_inside, join
from services.ocr_service.helpers.text_layer import TextLayer
from services.ocr_service.page_warnings import UNREAD_IMAGE, PageWarning

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

#: Maximum number of regions of a page that OCR reads one by one. More are read as one picture of the page.
_MAX_REGIONS = 8
#: Number of pictures of a document whose OCR result is cached, and of checks, for images repeated on each page.
_CACHED_PICTURES, _CACHED_CHECKS = 64, 1000
#: Lines with a lower confidence in a region that may be a drawing are dropped.
_MIN_CONFIDENCE = 0.8
#: Letters of an unread image that are worth a warning. Labels of vector drawings are usually in the layer.
_MIN_UNREAD = 20
#: Minimum number of letters of a region that OCR reads.
_MIN_LETTERS = 4
#: Margin (points) around a region that is checked, and around rows of letters.
_MARGIN = 6.0
_POINTS_PER_INCH = 72


class Render(Protocol):
    """Renders a page, or the part inside a box, which is in pixels of a page at `zoom` pixels per point."""

    def __call__(self, number: int, dpi: int, part: Box | None = None, zoom: float = 1.0) -> RGBArray: ...


@dataclass(eq=False)
class RegionReader:
    """Reads regions of the pages of one document. `read_picture` runs OCR on an array (H, W, 3) uint8 RGB."""

    render: Render
    read_picture: Callable[[RGBArray], Recognition]
    dpi: int
    _lines: dict[object, tuple[Line, ...]] = field(init=False, default_factory=dict)
    _details: dict[tuple[object, ...], TextDetail] = field(init=False, default_factory=dict)

    def read(self, layer: TextLayer, number: int) -> tuple[list[list[Line]], list[PageWarning]]:
        """Lines that the layer lacks, by region, and warnings about regions with text that were not read."""
        unread: list[Box] = []
        regions = [self._lines_of(region, layer, number, unread) for region in self._checked(layer, number, unread)]
        detail = "This part of the page seems to have text that was not read."
        return [lines for lines in regions if lines], [UNREAD_IMAGE.at(detail, box) for box in unread]

    def _checked(self, layer: TextLayer, number: int, unread: list[Box]) -> list[Region]:
        """The regions to read. Those with text that is not worth reading are added to `unread`."""
        regions = []
        images = images_to_read(layer)
        found = images + _outlines(layer, images)
        for region, detail in zip(found, self._details_of(found, layer, number), strict=True):
            if detail.letters >= _MIN_LETTERS and (detail.is_mostly_text or region.kind == "large image"):
                regions.append(region._replace(box=_box_to_read(region, detail, layer)))
            elif region.kind != "vectors" and detail.letters >= _MIN_UNREAD and detail.is_labelled:
                unread.append(region.box)
        return merge_regions(regions, _MAX_REGIONS)

    def _details_of(self, regions: Sequence[Region], layer: TextLayer, number: int) -> list[TextDetail]:
        """The rows of letters in each region. One picture of the page shows all regions that have to be checked.

        An image or the same vectors in the same place of several pages are checked once.
        """
        details = {region: CERTAIN for region in regions if _is_picture_alone(region, layer)}
        keys = {region: (region.xref, *map(round, region.box)) for region in regions}
        details |= {region: self._details[key] for region, key in keys.items() if key in self._details}
        unknown = [region for region in regions if region not in details]
        if unknown:
            around = join([_with_margin(region.box, layer) for region in unknown])
            picture = self._picture(around, layer, number, DETAIL_DPI)
            scale = _scale(picture, around)
            for region in unknown:
                details[region] = _detail_of(region, picture, around, scale, layer)
                if region.xref or region.kind == "vectors":
                    self._cache_detail(keys[region], details[region])
        return [details[region] for region in regions]

    def _cache_detail(self, key: tuple[object, ...], detail: TextDetail) -> None:
        if len(self._details) >= _CACHED_CHECKS:
            self._details.clear()
        self._details[key] = detail

    def _lines_of(self, region: Region, layer: TextLayer, number: int, unread: list[Box]) -> list[Line]:
        """The lines of a region. If uncertain words were dropped, its box is added to `unread`."""
        left, top = int(region.box[0]), int(region.box[1])
        read = self._lines_of_image(region, layer, number)
        lines = read if region.kind == "large image" else tuple(filter(_is_certain, read))
        if any(_is_word(line) for line in read if line not in lines):
            unread.append(region.box)
        moved = [line.transformed(lambda point: (point[0] + left, point[1] + top)) for line in lines]
        return without_layer_lines(moved, layer.visible)

    def _lines_of_image(self, region: Region, layer: TextLayer, number: int) -> tuple[Line, ...]:
        """OCR of a region. An image in the same place of several pages, without text on it, is rendered once."""
        key: object = (region.xref, *map(round, region.box))
        if region.xref is None or any(_overlap(line.box, region.box) for line in layer.visible):
            return self._read_picture(self._picture(region.box, layer, number, self.dpi))
        if key not in self._lines:
            self._cache(key, self._read_picture(self._picture(region.box, layer, number, self.dpi)))
        return self._lines[key]

    def _read_picture(self, pixels: RGBArray) -> tuple[Line, ...]:
        key = hashlib.sha256(pixels.tobytes() + repr(pixels.shape).encode()).digest()
        if key not in self._lines:
            self._cache(key, lines_as_given(self.read_picture(pixels)))
        return self._lines[key]

    def _cache(self, key: object, lines: tuple[Line, ...]) -> None:
        if len(self._lines) >= _CACHED_PICTURES:
            self._lines.clear()
        self._lines[key] = lines

    def _picture(self, box: Box, layer: TextLayer, number: int, dpi: int) -> RGBArray:
        """A part of the page without the lines of the layer."""
        pixels = self.render(number, dpi, box, layer.zoom)
        return blank_lines(pixels, box[0], box[1], _scale(pixels, box), layer)


def _scale(picture: RGBArray, box: Box) -> float:
    """Pixels of a picture per pixel of the layer. The longer side counts: rendering rounds both to whole pixels."""
    return float(max(picture.shape[:2])) / max(box[2] - box[0], box[3] - box[1])


def _detail_of(region: Region, picture: RGBArray, around: Box, scale: float, layer: TextLayer) -> TextDetail:
    """The rows of letters in a region, without what surrounds an image. picture: of the box `around`."""
    detail = NOTHING
    if region.kind != "vectors":
        detail = text_detail(_part(picture, region.box, around, scale))
    if detail.box is None:
        detail = text_detail(_part(picture, _with_margin(region.box, layer), around, scale))
    return detail


def _part(picture: RGBArray, box: Box, around: Box, scale: float) -> RGBArray:
    left, top, right, bottom = (
        round((edge - start) * scale) for edge, start in zip(box, (around[0], around[1]) * 2, strict=True)
    )
    return picture[top:bottom, left:right]


def _is_picture_alone(region: Region, layer: TextLayer) -> bool:
    """Whether a region is a large image without text of the layer on it, which is read without a check."""
    return region.kind == "large image" and not any(_overlap(line.box, region.box) for line in layer.visible)


def _outlines(layer: TextLayer, images: Sequence[Region]) -> list[Region]:
    """Regions of outlined text. Those on images are read with them."""
    boxes = outlined_regions(layer) if layer.vectors else []
    read = [image.box for image in images if image.kind != "background"]
    return [Region(box, "vectors") for box in boxes if not any(is_inside(box, image) for image in read)]


def _box_to_read(region: Region, detail: TextDetail, layer: TextLayer) -> Box:
    """The part of a region that OCR reads: of a background, only the part with rows of letters."""
    if region.kind == "vectors":
        return _with_margin(region.box, layer)
    if region.kind != "background" or detail.box is None:
        return region.box
    scale = layer.zoom * _POINTS_PER_INCH / DETAIL_DPI
    left, top = region.box[:2]
    x0, y0, x1, y1 = (edge * scale for edge in detail.box)
    return _with_margin((left + x0, top + y0, left + x1, top + y1), layer)


def _with_margin(box: Box, layer: TextLayer) -> Box:
    """A box with a margin, which shows the ground around letters that fill the box."""
    x0, y0, x1, y1 = box
    margin = _MARGIN * layer.zoom
    return max(0.0, x0 - margin), max(0.0, y0 - margin), min(layer.width, x1 + margin), min(layer.height, y1 + margin)


def _is_certain(line: Line) -> bool:
    return line.confidence >= _MIN_CONFIDENCE and any(char.isalnum() for char in line.text)


def _is_word(line: Line) -> bool:
    """Whether a line is more than noise: at least four letters or digits."""
    return sum(char.isalnum() for char in line.text) >= _MIN_LETTERS


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
