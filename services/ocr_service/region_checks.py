"""Checks which regions of a page with a text layer show rows of letters, in pictures of low resolution.

Rendering is most of the cost. So only the regions are rendered, and of a large background only what differs from its
ground in a smaller picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from paddleocr_service.text_detail import CERTAIN, DETAIL_DPI, NOTHING, TextDetail, is_plain, marked_box, text_detail
from services.ocr_service.helpers.layer_regions import Region, blank_lines
from services.ocr_service.helpers.page_transform import Box, area, intersection, is_inside, join, touches_any
from services.ocr_service.helpers.text_layer import TextLayer
from services.ocr_service.image_details import ImageDetails

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

#: Number of checks of a document that are cached, for images repeated on each page.
_CACHED_CHECKS = 200
#: Margin (points) around a region that is checked, and around rows of letters.
_MARGIN = 6.0
#: Area (square points) that is rendered in the time that another picture costs.
_AREA_OF_A_PICTURE = 20_000
#: Resolution of the first picture of a large background, and the share of the page from which it is large.
_FIRST_DPI, _LARGE = 36, 0.25
_POINTS_PER_INCH = 72


class Sketch(Protocol):
    """Renders parts of a page, in pixels of a page at `zoom` pixels per point."""

    def __call__(self, number: int, dpi: int, parts: Sequence[Box], zoom: float) -> list[RGBArray]: ...


@dataclass(eq=False)
class RegionChecker:
    """Checks regions of the pages of one document.

    may_cut: whether something on a page (from 1) may be cut to the form of letters. Then an image without letters may
    show some.
    """

    sketch: Sketch
    may_cut: Callable[[int], bool] = lambda number: False
    images: ImageDetails = field(init=False, default_factory=ImageDetails)
    _details: dict[tuple[object, ...], tuple[TextDetail, Region]] = field(init=False, default_factory=dict)

    def details(self, regions: Sequence[Region], layer: TextLayer, number: int) -> list[TextDetail]:
        """The rows of letters in each region. The same image, or vectors in the same place, are checked once."""
        found = {region: CERTAIN for region in regions if _is_picture_alone(region, layer)}
        keys = {region: key_of(region, layer) for region in regions}
        found |= {region: self._details[key][0] for region, key in keys.items() if key in self._details}
        found |= self._own_details([region for region in regions if region not in found], layer, number)
        unknown = [region for region in regions if region not in found]
        large = [region for region in unknown if _is_large_background(region, layer)]
        for region in large:
            found[region] = self._detail_of_background(region, layer, number)
        found |= self._details_of([region for region in unknown if region not in large], layer, number)
        for region in unknown:
            if region.key or region.kind == "vectors":
                self._cache(keys[region], region, found[region])
        return [found[region] for region in regions]

    def _own_details(self, regions: Sequence[Region], layer: TextLayer, number: int) -> dict[Region, TextDetail]:
        """The rows of letters of images that are seen as they are, which need not be rendered."""
        images = {region: region.image for region in regions if region.image and region.kind != "background"}
        details = {region: self.images.of(image, layer) for region, image in images.items()}
        found = {region: detail for region, detail in details.items() if detail and not _is_drawn_on(region.box, layer)}
        return {region: detail for region, detail in found.items() if detail.letters or not self.may_cut(number)}

    def _cache(self, key: tuple[object, ...], region: Region, detail: TextDetail) -> None:
        """The region is kept as well: the image of another one could get the same key."""
        if len(self._details) >= _CACHED_CHECKS:
            self._details.clear()
        self._details[key] = detail, region

    def _details_of(self, regions: Sequence[Region], layer: TextLayer, number: int) -> dict[Region, TextDetail]:
        boxes = _pictures([with_margin(region.box, layer) for region in regions], layer.zoom)
        pictures = self.pictures(boxes, layer, number, DETAIL_DPI)
        found = {}
        for region in regions:
            box = with_margin(region.box, layer)
            at = next(at for at, around in enumerate(boxes) if is_inside(box, around))
            found[region] = _detail_of(region, pictures[at], boxes[at], layer)
        return found

    def _detail_of_background(self, region: Region, layer: TextLayer, number: int) -> TextDetail:
        """Render only the part of a background that is not plain."""
        (first,) = self.pictures([region.box], layer, number, _FIRST_DPI)
        scale = scale_of(first, region.box)
        marked = marked_box(first)
        if marked is None:
            return NOTHING
        left, top = region.box[:2]
        x0, y0, x1, y1 = (edge / scale for edge in marked)
        around = with_margin((left + x0, top + y0, left + x1, top + y1), layer)
        part = intersection(region.box, around) or region.box
        (picture,) = self.pictures([part], layer, number, DETAIL_DPI)
        detail = text_detail(picture)
        if detail.box is None:
            return detail
        # The exact scale: that of a small picture is rounded.
        scale = DETAIL_DPI / (_POINTS_PER_INCH * layer.zoom)
        right, down = (part[0] - left) * scale, (part[1] - top) * scale
        x0, y0, x1, y1 = detail.box
        box = (x0 + right, y0 + down, x1 + right, y1 + down)
        return replace(detail, box=box, area=detail.area * area(part) / area(region.box))

    def pictures(self, boxes: Sequence[Box], layer: TextLayer, number: int, dpi: int) -> list[RGBArray]:
        """Parts of a page without the lines of the layer."""
        if not boxes:
            return []
        pictures = self.sketch(number, dpi, boxes, layer.zoom)
        return [
            blank_lines(picture, box[0], box[1], scale_of(picture, box), layer)
            for picture, box in zip(pictures, boxes, strict=True)
        ]


def key_of(region: Region, layer: TextLayer) -> tuple[object, ...]:
    """What the same regions of a document have in common: an image with nothing on it, or else the place."""
    x0, y0, x1, y1 = region.box
    if region.key and region.kind != "background" and not _is_drawn_on(region.box, layer):
        return region.key, round(x1 - x0), round(y1 - y0)
    return region.key, *map(round, region.box)


def scale_of(picture: RGBArray, box: Box) -> float:
    """Pixels of a picture per pixel of the layer. The longer side counts: rendering rounds both to whole pixels."""
    return float(max(picture.shape[:2])) / max(box[2] - box[0], box[3] - box[1])


def with_margin(box: Box, layer: TextLayer) -> Box:
    """A box with a margin, which shows the ground around letters that fill the box."""
    x0, y0, x1, y1 = box
    margin = _MARGIN * layer.zoom
    return max(0.0, x0 - margin), max(0.0, y0 - margin), min(layer.width, x1 + margin), min(layer.height, y1 + margin)


def _pictures(boxes: Sequence[Box], zoom: float) -> list[Box]:
    """The parts of a page to render: boxes that are close to each other are rendered together."""
    limit = _AREA_OF_A_PICTURE * zoom * zoom
    found: list[Box] = []
    for box in boxes:
        near = next((one for one in found if area(join([one, box])) - area(one) - area(box) < limit), None)
        while near:
            found.remove(near)
            box = join([near, box])
            near = next((one for one in found if area(join([one, box])) - area(one) - area(box) < limit), None)
        found.append(box)
    return found


def _detail_of(region: Region, picture: RGBArray, around: Box, layer: TextLayer) -> TextDetail:
    """The rows of letters in a region, without what surrounds an image. picture: of the box `around`."""
    if region.kind != "vectors":
        own = _part(picture, region.box, around)
        detail = text_detail(own)
        if detail.box is not None or is_plain(own):
            return detail
    return text_detail(_part(picture, with_margin(region.box, layer), around))


def _part(picture: RGBArray, box: Box, around: Box) -> RGBArray:
    scale = scale_of(picture, around)
    left, top, right, bottom = (
        round((edge - start) * scale) for edge, start in zip(box, (around[0], around[1]) * 2, strict=True)
    )
    return picture[top:bottom, left:right]


def _is_picture_alone(region: Region, layer: TextLayer) -> bool:
    """Whether a region is a large image without text of the layer on it, which is read without a check."""
    return region.kind == "large image" and not touches_any(region.box, [line.box for line in layer.visible])


def _is_drawn_on(box: Box, layer: TextLayer) -> bool:
    """Whether there is text of the layer on an image, or paths, which may be letters."""
    if touches_any(box, [line.box for line in layer.visible]):
        return True
    return touches_any(box, [vector.box for vector in layer.vectors if not vector.is_rectangle])


def _is_large_background(region: Region, layer: TextLayer) -> bool:
    return region.kind == "background" and area(region.box) >= _LARGE * layer.width * layer.height
