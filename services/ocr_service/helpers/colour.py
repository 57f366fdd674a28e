"""Converts an image of any colour mode to RGB so that its text stays readable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import PHOTOMETRIC_INTERPRETATION

GreyArray = NDArray[np.uint8]
RGBArray = NDArray[np.uint8]

#: Pixels that are converted at once.
_BAND_PIXELS = 1 << 21
_INVERSE: dict[Image.Transpose | None, Image.Transpose] = {
    Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
    Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (
    Image.Transpose.TRANSPOSE,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_270,
)

#: Real bit depths of grey values stored in wider integers: scanners and sensors store 10, 12 or 14 bits in 16.
_DEPTHS = (8, 10, 12, 14, 16, 24, 32)

#: Alpha (of 255) from which a pixel counts as visible.
_VISIBLE = 64
#: Grey levels to put behind transparent pixels: black for white text, grey for images with dark and white text.
_USUAL_BACKGROUND = 255
_OTHER_BACKGROUNDS = (0, 128)
#: Contrast (of 255) below which text is hard to read.
_LOST_BELOW = 64
#: Dark text that was anti-aliased against white has up to this share of nearly white edges (at 9 to 48 pixels).
_ACCEPTABLE_LOSS = 1 / 3


def to_rgb_array(image: Image.Image, turn: Image.Transpose | None = None) -> RGBArray:
    """A loaded image of any mode as a contiguous (height, width, 3) uint8 RGB array, turned by `turn`.

    It is converted in bands of rows, because each step of a conversion makes a copy.
    """
    convert = _conversion(image)
    sideways = turn in _SIDEWAYS
    result: RGBArray = np.empty((*(image.size if sideways else image.size[::-1]), 3), np.uint8)
    rows = _turned(result, _INVERSE.get(turn, turn))
    for top, band in _bands(image):
        # Pillow turns pixels faster than NumPy.
        pixels = convert(band) if turn is None else convert(band).transpose(turn)
        _turned(rows[top : top + band.height], turn)[:] = np.asarray(pixels)
    return result


def _turned(pixels: RGBArray, turn: Image.Transpose | None) -> RGBArray:
    """A turned view."""
    match turn:
        case Image.Transpose.FLIP_LEFT_RIGHT:
            return pixels[:, ::-1]
        case Image.Transpose.FLIP_TOP_BOTTOM:
            return pixels[::-1]
        case Image.Transpose.ROTATE_180:
            return pixels[::-1, ::-1]
        case Image.Transpose.TRANSPOSE:
            return pixels.swapaxes(0, 1)
        case Image.Transpose.TRANSVERSE:
            return pixels.swapaxes(0, 1)[::-1, ::-1]
        case Image.Transpose.ROTATE_90:
            return np.rot90(pixels)
        case Image.Transpose.ROTATE_270:
            return np.rot90(pixels, -1)
    return pixels


def _bands(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The rows of an image in bands: (top, band)."""
    height = max(1, _BAND_PIXELS // image.width)
    if height >= image.height:
        yield 0, image
        return
    for top in range(0, image.height, height):
        yield top, image.crop((0, top, image.width, min(image.height, top + height)))


def _conversion(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Converts bands of this image to RGB. What depends on the whole image is found out here."""
    if image.mode.startswith("I") or image.mode == "F":
        return _to_eight_bits(image)
    if image.has_transparency_data:
        return _onto_background(image)
    return _to_rgb


def _to_rgb(band: Image.Image) -> Image.Image:
    return band if band.mode == "RGB" else band.convert("RGB")


def _to_eight_bits(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Conversion of grey values of 16 or 32 bits, or floating point.

    Pillow would clip values above 255. Integers are scaled by the smallest usual depth that holds the brightest value.
    Floating point values up to 1.0 are fractions of white.
    """
    highest = max(_values(band).max(initial=0) for _, band in _bands(image))
    factor = 255.0 if image.mode == "F" and highest <= 1.0 else 1.0
    bits = next((depth for depth in _DEPTHS if int(highest * factor) < 1 << depth), _DEPTHS[-1])
    # Pillow inverts WhiteIsZero images only up to 8 bits.
    white_is_zero = getattr(image, "tag_v2", {}).get(PHOTOMETRIC_INTERPRETATION) == 0

    def convert(band: Image.Image) -> Image.Image:
        values = _values(band)
        if band.mode == "F":
            levels = np.clip(values * factor / float(1 << (bits - 8)), 0, 255)
        else:
            levels = np.maximum(values, 0) >> (bits - 8)
        grey = levels.astype(np.uint8)
        return Image.fromarray(255 - grey if white_is_zero else grey).convert("RGB")

    return convert


def _values(band: Image.Image) -> NDArray[Any]:
    values = np.asarray(band)
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0) if band.mode == "F" else values


def _onto_background(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Conversion of a transparent image: onto a background that makes its content readable."""
    is_bitmap = image.format == "BMP"  # writers that do not know alpha leave it 0, and viewers ignore it
    least, edges = 255, np.zeros(256, np.int64)
    every, visible = _Range(), _Range()
    for _, band in _bands(image):
        band = _with_alpha(band)
        alpha = np.asarray(band.getchannel("A"))
        least = min(least, int(alpha.min()))
        if least < 255 or is_bitmap:
            luma = np.asarray(band.convert("RGB").convert("L"))
            edges += edge_levels(luma, alpha)
            every.add(luma)
            visible.add(luma[alpha >= _VISIBLE])
    if least == 255 or (is_bitmap and _shows_nothing(visible, every)):
        return lambda band: _with_alpha(band).convert("RGB")
    background = contrasting_background(edges)

    def convert(band: Image.Image) -> Image.Image:
        band = _with_alpha(band)
        canvas = Image.new("RGB", band.size, (background,) * 3)
        canvas.paste(band, mask=band.getchannel("A"))
        return canvas

    return convert


class _Range:
    """Lowest and highest of the grey levels that were added. The width is negative if there were none."""

    def __init__(self) -> None:
        self.low, self.high = 256, -1

    def add(self, levels: GreyArray) -> None:
        if levels.size:
            self.low, self.high = min(self.low, int(levels.min())), max(self.high, int(levels.max()))

    @property
    def width(self) -> int:
        return self.high - self.low


def _shows_nothing(visible: _Range, every: _Range) -> bool:
    """Whether there is contrast only between pixels that are transparent."""
    return visible.width < 0 or visible.width < _LOST_BELOW <= every.width


def _with_alpha(band: Image.Image) -> Image.Image:
    return (band.convert("LA") if band.mode == "La" else band).convert("RGBA")


def contrasting_background(edges: NDArray[np.int64]) -> int:
    """Grey level for transparent pixels: white, unless too many edges of the visible part would vanish on white.

    edges: how many edges have each of the 256 grey levels.
    """
    levels = edges / max(1, int(edges.sum()))

    def lost(background: int) -> float:
        """Share of the edges that would be hard to distinguish from this background."""
        return float(levels[np.abs(np.arange(256) - background) < _LOST_BELOW].sum())

    if lost(_USUAL_BACKGROUND) <= _ACCEPTABLE_LOSS:
        return _USUAL_BACKGROUND
    return min(_OTHER_BACKGROUNDS, key=lost)


def edge_levels(luma: GreyArray, alpha: GreyArray) -> NDArray[np.int64]:
    """How many edges of the visible part have each of the 256 grey levels.

    Both arrays are (height, width) uint8. Only edges between visible and transparent pixels count: an opaque panel has
    its own background inside. Checking along rows is enough, because text has edges in all directions.
    """
    visible = alpha >= _VISIBLE
    edges = np.concatenate([_left_edges(luma, visible), _left_edges(luma[:, ::-1], visible[:, ::-1])])
    return np.bincount(edges, minlength=256)


def _left_edges(luma: GreyArray, visible: NDArray[np.bool_]) -> GreyArray:
    """Luma one pixel inside each left edge: the outermost pixel is often blended with an earlier background."""
    starts = visible[:, 1:] & ~visible[:, :-1]
    rows, columns = np.nonzero(starts)
    outermost = columns + 1
    inner = np.minimum(outermost + 1, luma.shape[1] - 1)
    result: GreyArray = luma[rows, np.where(visible[rows, inner], inner, outermost)]
    return result
