"""Converts an image of any colour mode to RGB so that its text stays readable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import PHOTOMETRIC_INTERPRETATION

GreyArray = NDArray[np.uint8]
RGBArray = NDArray[np.uint8]

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
    """A loaded image of any mode as a contiguous (height, width, 3) uint8 RGB array, turned by `turn`."""
    if image.mode.startswith("I") or image.mode == "F":
        image = Image.fromarray(_eight_bits(image))
    elif image.has_transparency_data:
        image = _on_background(image)
    if turn is not None:
        image = image.transpose(turn)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"), order="C")


def _eight_bits(image: Image.Image) -> GreyArray:
    """Grey values of 16 or 32 bits, or floating point, as (height, width) uint8.

    Pillow would clip values above 255. Integers are scaled by the smallest usual depth that holds the brightest value.
    Floating point values up to 1.0 are fractions of white.
    """
    values = np.asarray(image)
    if image.mode == "F":
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        values = values * 255.0 if values.max(initial=0.0) <= 1.0 else values
    brightest = int(values.max(initial=0))
    bits = next((depth for depth in _DEPTHS if brightest < 1 << depth), _DEPTHS[-1])
    scale = float(1 << (bits - 8))
    levels = np.clip(values / scale, 0, 255) if image.mode == "F" else np.maximum(values, 0) >> (bits - 8)
    grey = levels.astype(np.uint8)
    # Pillow inverts WhiteIsZero images only up to 8 bits.
    white_is_zero = getattr(image, "tag_v2", {}).get(PHOTOMETRIC_INTERPRETATION) == 0
    return 255 - grey if white_is_zero else grey


def _on_background(image: Image.Image) -> Image.Image:
    """A transparent image on a background that makes its content readable."""
    is_bitmap = image.format == "BMP"  # writers that do not know alpha leave it 0, and viewers ignore it
    image = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
    alpha = image.getchannel("A")
    colours = image.convert("RGB")
    if alpha.getextrema()[0] == 255:
        return colours
    luma, opacity = np.asarray(colours.convert("L")), np.asarray(alpha)
    if is_bitmap and _shows_nothing(luma, opacity):
        return colours
    background = contrasting_background(luma, opacity)
    canvas = Image.new("RGB", image.size, (background,) * 3)
    canvas.paste(image, mask=alpha)
    return canvas


def _shows_nothing(luma: GreyArray, alpha: GreyArray) -> bool:
    """Whether there is contrast only between pixels that are transparent. Both arrays are (height, width) uint8."""
    visible = luma[alpha >= _VISIBLE]
    return not visible.size or bool(np.ptp(visible) < _LOST_BELOW <= np.ptp(luma))


def contrasting_background(luma: GreyArray, alpha: GreyArray) -> int:
    """Grey level for transparent pixels: white, unless too many edges of the visible part would vanish on white.

    Both arrays are (height, width) uint8. Only edges between visible and transparent pixels count: an opaque panel has
    its own background inside. Checking along rows is enough, because text has edges in all directions.
    """
    visible = alpha >= _VISIBLE
    edges = np.concatenate([_left_edges(luma, visible), _left_edges(luma[:, ::-1], visible[:, ::-1])])
    levels = np.bincount(edges, minlength=256) / max(1, edges.size)

    def lost(background: int) -> float:
        """Share of the edges that would be hard to distinguish from this background."""
        return float(levels[np.abs(np.arange(256) - background) < _LOST_BELOW].sum())

    if lost(_USUAL_BACKGROUND) <= _ACCEPTABLE_LOSS:
        return _USUAL_BACKGROUND
    return min(_OTHER_BACKGROUNDS, key=lost)


def _left_edges(luma: GreyArray, visible: NDArray[np.bool_]) -> GreyArray:
    """Luma one pixel inside each left edge: the outermost pixel is often blended with an earlier background."""
    starts = visible[:, 1:] & ~visible[:, :-1]
    rows, columns = np.nonzero(starts)
    outermost = columns + 1
    inner = np.minimum(outermost + 1, luma.shape[1] - 1)
    result: GreyArray = luma[rows, np.where(visible[rows, inner], inner, outermost)]
    return result
