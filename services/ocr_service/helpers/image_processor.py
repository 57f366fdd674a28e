"""Pictures: from a file to RGB frames as a viewer would show them.

Pillow decodes. It is told which one format to expect, so none of its other forty decoders ever sees a client's bytes.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

# The decoders of PILLOW_FORMATS by name: else Pillow loads all it has to find the one it is told to use.
from PIL import (  # noqa: F401
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from services.errors import CorruptFile, OCRServiceError, TooManyPixels, TruncatedFile, UnsupportedType
from utils.sniffing import sniff_file

if TYPE_CHECKING:
    import numpy as np

PILLOW_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
    "image/gif": "GIF",
}

_ORIENTATION_TAG = 274

#: EXIF orientation to the turn that brings the picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})

_pillow_globals = threading.RLock()


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as displayed. `array` is (height, width, 3) uint8 RGB, contiguous; `number` counts from 1."""

    number: int
    array: np.ndarray

    @property
    def width(self) -> int:
        return self.array.shape[1]

    @property
    def height(self) -> int:
        return self.array.shape[0]


def read_frame(path: str | PathLike[str], number: int, *, max_pixels: int) -> Frame:
    """Frame `number` (from 1) of the picture at `path`: of a TIFF any, of anything else the first.

    Raises UnsupportedType, TooManyPixels (it has more than `max_pixels`), TruncatedFile or CorruptFile.
    """
    # Here, because the upload check lives off headers alone and does without NumPy.
    from services.ocr_service.helpers.colour import to_rgb_array

    with open_picture(path, max_pixels=max_pixels) as picture:
        try:
            go_to_frame(picture, number, max_pixels)
        except EOFError as error:
            raise CorruptFile(f"The picture has no frame {number}.") from error
        picture.load()
        return Frame(number, to_rgb_array(picture, _TURNS.get(_orientation(picture))))


def count_frames(path: str | PathLike[str], *, max_pixels: int) -> int:
    """How many pages a picture has: the frames of a TIFF, 1 for anything else. Raises what `read_frame` raises."""
    with open_picture(path, max_pixels=max_pixels) as picture:
        return picture.n_frames if picture.format == "TIFF" else 1


@contextmanager
def open_picture(path: str | PathLike[str], *, max_pixels: int) -> Iterator[Image.Image]:
    """A Pillow image with its header read and its size checked. Faults in the body come out as domain errors too."""
    format_name = PILLOW_FORMATS.get(sniff_file(path) or "")
    if format_name is None:
        raise UnsupportedType("The file is not a picture of a supported type: JPEG, PNG, BMP, TIFF, WebP or GIF.")
    with _domain_errors(max_pixels), _limited(max_pixels), Image.open(path, formats=(format_name,)) as picture:
        yield picture


def go_to_frame(picture: Image.Image, number: int, max_pixels: int) -> None:
    """Make frame `number` (from 1) the current one. Raises TooManyPixels; EOFError past the end, as Pillow does."""
    if number > 1:
        if picture.format != "TIFF":
            raise EOFError("only the first frame counts")
        picture.seek(number - 1)
        width, height = picture.size
        if width * height > max_pixels:
            raise _too_large(max_pixels, width * height)


def displayed_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height in pixels of the current frame as displayed, from its header."""
    if picture.format == "PNG" and "exif" not in picture.info:
        return picture.size  # Pillow would decode all of it in search of an EXIF block behind the pixels
    width, height = picture.size
    return (height, width) if _orientation(picture) in _SIDEWAYS else (width, height)


def _orientation(picture: Image.Image) -> int:
    """EXIF orientation, 1 to 8, still to be applied. A damaged EXIF block says nothing about the pixels: 1."""
    if picture.format == "TIFF":
        return 1  # Pillow gives the turned size and turns the pixels itself
    try:
        return int(picture.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:
        return 1


def _too_large(max_pixels: int, pixels: int | None = None) -> TooManyPixels:
    has = f"has {pixels:,} pixels" if pixels else "needs more memory than one picture may take"
    return TooManyPixels(f"The picture {has}; at most {max_pixels:,} pixels are accepted. Scale it down.")


@contextmanager
def _limited(max_pixels: int) -> Iterator[None]:
    """Pillow's own check against decompression bombs, set to `max_pixels` for the body alone.

    It also runs deep inside decoders, where a frame can be larger than its file's header says, but it is a module
    global, raises only at twice the value and warns below. So: half the value, no warnings, put back, one at a time.
    """
    with _pillow_globals, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, max_pixels / 2
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _domain_errors(max_pixels: int) -> Iterator[None]:
    """Hostile bytes make Pillow raise nearly anything: all of it means that the file is at fault."""
    try:
        yield
    except OCRServiceError:
        raise
    except Image.DecompressionBombError as error:
        pixels = re.search(r"\((\d+) pixels\)", str(error))
        raise _too_large(max_pixels, int(pixels[1]) if pixels else None) from error
    except MemoryError as error:
        raise _too_large(max_pixels) from error
    except Exception as error:
        if isinstance(error, EOFError) or "truncated" in str(error).lower():
            raise TruncatedFile("The picture ends before all of its pixels were read. Send the whole file.") from error
        raise CorruptFile(
            "The picture is damaged and cannot be decoded. Save it again and send the new file."
        ) from error
