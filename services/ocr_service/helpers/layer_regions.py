"""Selects the images of a page with a text layer that may hold text.

Large ones, which may hold a large share of the text, are always read. OCR of a logo or a small figure costs more than
reading the whole layer, so small ones are only read if a quick check finds rows of letters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from paddleocr_service import Line
from paddleocr_service.raster import fill_polygon
from services.ocr_service.helpers.page_drawing import LayerImage
from services.ocr_service.helpers.page_transform import Box, box_around, is_inside, join
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

#: Characters on a page full of text.
_FULL_PAGE = 3500
#: An image is read if it may hold this share of the characters of the layer.
_MIN_SHARE = 0.25
#: Minimum height and width (points) of an image that can hold a word.
_MIN_HEIGHT, _MIN_WIDTH = 6, 12
#: Maximum gap (pixels) between pieces of one image.
_MAX_GAP = 2
_HALF = 0.5
#: Shares of the height of a line, above and below, that letters seldom reach: they are not painted over.
_BLANKED = (0.12, 0.05)


class Region(NamedTuple):
    """A part of the page that may hold text, in pixels of the layer. image: None for several and for vectors."""

    box: Box
    kind: Literal["background", "large image", "small image", "vectors"]
    image: LayerImage | None = None

    @property
    def key(self) -> int | None:
        """Identifies an image across pages. None if unknown."""
        return self.image.key if self.image else None


def images_to_read(
    layer: TextLayer, is_empty: Callable[[LayerImage, TextLayer], bool] = lambda image, layer: False
) -> list[Region]:
    """The images that may hold text. is_empty: whether an image of the layer is known to hold none.

    Pieces of one image, as scanners write them, count as one. An image with invisible text on top is a scan.
    """
    images = [image for image in layer.images if not is_empty(image, layer)]
    if not images:
        return []
    seen, hidden = layer.visible, [line for line in layer.lines if line.hidden]
    written = sum([len(line.line.text) for line in seen])
    min_area = _MIN_SHARE * written / _FULL_PAGE * layer.width * layer.height
    found = []
    for image in _merge_pieces(images):
        x0, y0, x1, y1 = image.box
        if y1 - y0 < _MIN_HEIGHT * layer.zoom or x1 - x0 < _MIN_WIDTH * layer.zoom:
            continue
        scanned = any(is_inside(line.box, image.box) for line in hidden)
        on_top = sum(len(line.line.text) for line in seen if is_inside(line.box, image.box))
        if not scanned and on_top >= _HALF * written:
            found.append(Region(image.box, "background", image))
        elif scanned or _area(image.box) >= min_area:
            found.append(Region(image.box, "large image", image))
        else:
            found.append(Region(image.box, "small image", image))
    return found


def _merge_pieces(images: Sequence[LayerImage]) -> list[LayerImage]:
    """Merge images that touch (the result has no source), and drop images that lie on another."""
    merged: list[LayerImage] = []
    for image in sorted(images, key=lambda image: -_area(image.box)):
        touching = [other for other in merged if _touch(image.box, other.box)]
        if any(is_inside(image.box, other.box) for other in touching):
            continue
        if touching:
            merged = [other for other in merged if other not in touching]
            image = LayerImage(join([image.box, *(other.box for other in touching)]))
        merged.append(image)
    return merged


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _touch(one: Box, other: Box) -> bool:
    gap_x = max(one[0], other[0]) - min(one[2], other[2])
    gap_y = max(one[1], other[1]) - min(one[3], other[3])
    return gap_x <= _MAX_GAP and gap_y <= _MAX_GAP


def merge_regions(regions: Sequence[Region], most: int) -> list[Region]:
    """Merge regions that lie on each other, so that nothing is read twice, and all regions if there are too many."""
    merged: list[Region] = []
    for region in sorted(regions, key=lambda region: -_area(region.box)):
        inside = [other for other in merged if _overlap(region.box, [other.box]) >= _HALF]
        if inside:
            kind = "large image" if "large image" in (region.kind, inside[0].kind) else region.kind
            merged[merged.index(inside[0])] = Region(join([region.box, inside[0].box]), kind)
        else:
            merged.append(region)
    if len(merged) > most:
        return [Region(join([region.box for region in merged]), "vectors")]
    return sorted(merged, key=lambda region: (region.box[1], region.box[0]))


def blank_lines(pixels: RGBArray, left: float, top: float, scale: float, layer: TextLayer) -> RGBArray:
    """Paint over the visible lines of the layer in a picture of the page, so that OCR cannot read them again.

    pixels: (H, W, 3), changed in place. left, top: its position in pixels of the layer. scale: its pixels per pixel of
    the layer. A line gets the colour of the ground: the median of the pixels on its edge.
    """
    import numpy as np

    height, width = pixels.shape[:2]
    for line in layer.visible:
        x0, y0, x1, y1 = (line.box[0] - left, line.box[1] - top, line.box[2] - left, line.box[3] - top)
        if x1 <= 0 or y1 <= 0 or x0 * scale >= width or y0 * scale >= height:
            continue
        if line.upright:
            _blank_box(pixels, x0 * scale, y0 * scale, x1 * scale, y1 * scale)
            continue
        first, second, third, fourth = np.array(line.line.polygon)
        above, below = _BLANKED[0] * (fourth - first), _BLANKED[1] * (fourth - first)
        corners = np.array((first + above, second + above, third - below, fourth - below))
        corners = (corners - (left, top)) * scale
        edge = np.clip(
            np.linspace(corners, np.roll(corners, -1, axis=0), 16).reshape(-1, 2), 0, (width - 1, height - 1)
        )
        columns, rows = edge.astype(int).T
        ground = np.median(pixels[rows, columns], axis=0)
        fill_polygon(pixels, corners, ground.tolist())
    return pixels


def _blank_box(pixels: RGBArray, x0: float, y0: float, x1: float, y1: float) -> None:
    """Paint over an upright line, given by its box in pixels: faster than a polygon, which any line may be."""
    import numpy as np

    height, width = pixels.shape[:2]
    above, below = _BLANKED[0] * (y1 - y0), _BLANKED[1] * (y1 - y0)
    left, right = max(0, round(x0)), min(width - 1, round(x1))
    top, bottom = max(0, round(y0 + above)), min(height - 1, round(y1 - below))
    if left > right or top > bottom:
        return
    step = max(1, (right - left) // 16)
    edges = [pixels[top, left : right + 1 : step], pixels[bottom, left : right + 1 : step]]
    sides = [pixels[top : bottom + 1, left], pixels[top : bottom + 1, right]]
    found = np.concatenate([*edges, *(side[:: max(1, len(side) // 16)] for side in sides)])
    found.partition(len(found) // 2, axis=0)
    pixels[top : bottom + 1, left : right + 1] = found[len(found) // 2]


def without_layer_lines(lines: Sequence[Line], layer: Sequence[LayerLine]) -> list[Line]:
    """Drop OCR lines that the layer already has: an image is rendered with the text on top of it."""
    known = [line.box for line in layer]
    return [line for line in lines if _overlap(box_around(line.polygon), known) < _HALF]


def _overlap(box: Box, others: Sequence[Box]) -> float:
    """The share of a box that is covered by others."""
    x0, y0, x1, y1 = box
    covered = 0.0
    for ax0, ay0, ax1, ay1 in others:
        if ax0 < x1 and x0 < ax1 and ay0 < y1 and y0 < ay1:
            width, height = min(x1, ax1) - max(x0, ax0), min(y1, ay1) - max(y0, ay0)
            covered += max(0.0, width) * max(0.0, height)
    return covered / max(_area(box), 1e-6)
