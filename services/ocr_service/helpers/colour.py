"""Whatever colours a picture is stored in, RGB comes out, as a reader of its text would want to see it."""

from __future__ import annotations

import numpy as np
from PIL import Image

#: Bits that a grey value may really use inside a wider number: scanners and sensors store 10, 12 or 14 bits in 16.
_DEPTHS = (8, 10, 12, 14, 16, 24, 32)
_WHITE_IS_ZERO_TAG = 262

#: A pixel this opaque (of 255) is visible, one below is background.
_VISIBLE = 64
#: Grey levels to lay under transparent pixels. Black serves white text, grey a picture that has dark and white text.
_USUAL_BACKGROUND = 255
_OTHER_BACKGROUNDS = (0, 128)
#: Text this close to its background (of 255) is hard to read.
_LOST_BELOW = 64
#: Dark text smoothed onto white before it was cut out has up to this share of nearly white borders (at 9 to 48 pixels).
_BEARABLE_LOSS = 1 / 3


def to_rgb_array(picture: Image.Image, turn: Image.Transpose | None = None) -> np.ndarray:
    """A loaded picture of any mode as an array (height, width, 3) uint8 RGB, contiguous, turned by `turn`."""
    flat = _flatten(picture)
    if turn is not None:
        flat = flat.transpose(turn)
    return np.array(flat if flat.mode == "RGB" else flat.convert("RGB"), order="C")


def _flatten(picture: Image.Image) -> Image.Image:
    """The same picture without depth or transparency: a mode that Pillow converts to RGB as it should."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return Image.fromarray(_eight_bits(picture))
    if picture.has_transparency_data:
        return _on_background(_with_alpha(picture))
    return picture


def _eight_bits(picture: Image.Image) -> np.ndarray:
    """Grey values of 16 or 32 bits, or floating point, as (height, width) uint8.

    Pillow's own conversion cuts all above 255 off. Integers are taken as of the smallest usual depth that holds the
    brightest value, floating point up to 1.0 as a share of white.
    """
    values = np.asarray(picture)
    if picture.mode == "F":
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        values = values * 255.0 if values.max(initial=0.0) <= 1.0 else values
    brightest = int(values.max(initial=0))
    bits = next((depth for depth in _DEPTHS if brightest < 1 << depth), _DEPTHS[-1])
    if picture.mode == "F":
        levels = np.clip(values / float(1 << (bits - 8)), 0, 255)
    else:
        levels = np.maximum(values, 0) >> (bits - 8)
    grey = levels.astype(np.uint8)
    return 255 - grey if _white_is_zero(picture) else grey


def _white_is_zero(picture: Image.Image) -> bool:
    """Pillow turns WhiteIsZero round for up to 8 bits only."""
    tags = getattr(picture, "tag_v2", None)
    return tags is not None and tags.get(_WHITE_IS_ZERO_TAG) == 0


def _with_alpha(picture: Image.Image) -> Image.Image:
    return picture.convert("LA").convert("RGBA") if picture.mode == "La" else picture.convert("RGBA")


def _on_background(picture: Image.Image) -> Image.Image:
    """An RGBA picture laid on the background on which what it shows can be read."""
    alpha = picture.getchannel("A")
    if alpha.getextrema()[0] == 255:
        return picture.convert("RGB")
    luma = np.asarray(picture.convert("RGB").convert("L"))
    background = contrasting_background(luma, np.asarray(alpha))
    canvas = Image.new("RGB", picture.size, (background,) * 3)
    canvas.paste(picture, mask=alpha)
    return canvas


def contrasting_background(luma: np.ndarray, alpha: np.ndarray) -> int:
    """Grey level for transparent pixels: white, unless too much of what borders on them would vanish on white.

    Both arrays are (height, width) uint8. Only the borders between visible and transparent count: the inside of an
    opaque panel carries its own background. Along rows is enough, for text has borders in all directions.
    """
    visible = alpha >= _VISIBLE
    borders = np.concatenate([_left_borders(luma, visible), _left_borders(luma[:, ::-1], visible[:, ::-1])])
    levels = np.bincount(borders, minlength=256) / max(1, borders.size)

    def lost(background: int) -> float:
        """Share of the borders that would be hard to tell from this background."""
        return float(levels[np.abs(np.arange(256) - background) < _LOST_BELOW].sum())

    if lost(_USUAL_BACKGROUND) <= _BEARABLE_LOSS:
        return _USUAL_BACKGROUND
    return min(_OTHER_BACKGROUNDS, key=lost)


def _left_borders(luma: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Luma one pixel inside each left border: the outermost pixel is often mixed with a background of former days."""
    starts = visible[:, 1:] & ~visible[:, :-1]
    rows, columns = np.nonzero(starts)
    outermost = columns + 1
    inner = np.minimum(outermost + 1, luma.shape[1] - 1)
    return luma[rows, np.where(visible[rows, inner], inner, outermost)]
