"""Images: from a file to RGB frames as a viewer would show them.

Pillow decodes. It is restricted to the detected format, so that its forty other decoders never see a client's bytes.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pi_heif

# The decoders of PILLOW_FORMATS, imported by name: otherwise Pillow loads all of its decoders to find one.
from PIL import (  # noqa: F401
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from services.errors import CorruptFile, OCRServiceError, TooManyPixels, TruncatedFile, UnsupportedType
from services.ocr_service.helpers.picture_memory import allowed_bytes, needed_bytes
from services.ocr_service.helpers.picture_repair import readable
from utils.sniffing import sniff_file
from utils.sources import Source

if TYPE_CHECKING:
    from services.ocr_service.helpers.colour import RGBArray

PILLOW_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/heic": "HEIF",
    "image/avif": "AVIF",
    "image/jp2": "JPEG2000",
}
# A confined process may not start threads, and pages are read in parallel by several processes.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pi_heif.options.DECODE_THREADS = 1
# Only the picture itself is wanted.
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

#: EXIF orientation to the transposition that turns the image upright.
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


def read_frame(path: Source, number: int, *, max_pixels: int) -> RGBArray:
    """Frame `number` (from 1) of the image at `path` as displayed. Only TIFF has more than one.

    Returns a contiguous (height, width, 3) uint8 array. Raises UnsupportedType, TooManyPixels (more than `max_pixels`),
    TruncatedFile or CorruptFile.
    """
    # Imported here: the upload check reads only headers and does not need NumPy.
    from services.ocr_service.helpers.colour import to_rgb_array

    with open_picture(path, max_pixels=max_pixels) as picture:
        try:
            go_to_frame(picture, number, max_pixels)
        except EOFError as error:
            raise CorruptFile(f"The image has no frame {number}.") from error
        picture.load()
        return to_rgb_array(picture, _TURNS.get(orientation_of(picture)))


@contextmanager
def open_picture(path: Source, *, max_pixels: int) -> Iterator[Image.Image]:
    """A Pillow image with its header read and its size checked. Errors in the `with` body are translated, too."""
    format_name = PILLOW_FORMATS.get(sniff_file(path) or "")
    if format_name is None:
        raise UnsupportedType(f"The file is not an image of a supported type. {UnsupportedType.remedy}")
    with (
        _domain_errors(max_pixels),
        _limited(max_pixels),
        Image.open(readable(path, format_name), formats=(format_name,)) as picture,
    ):
        _check_picture(picture, max_pixels)
        yield picture


def go_to_frame(picture: Image.Image, number: int, max_pixels: int) -> None:
    """Select frame `number` (from 1). Raises TooManyPixels, and EOFError after the last frame, as Pillow does."""
    if number > 1:
        if picture.format != "TIFF":
            raise EOFError("only the first frame is used")
        picture.seek(number - 1)
        _check_picture(picture, max_pixels)


def _check_picture(picture: Image.Image, max_pixels: int) -> None:
    progressive = bool(picture.info.get("progressive"))
    check_memory(picture.format or "", picture.mode, picture.size, max_pixels, progressive)


def displayed_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height in pixels of the current frame as displayed, read from its header."""
    if picture.format == "PNG" and "exif" not in picture.info:
        return picture.size  # Pillow would decode the whole image to look for an EXIF block after the pixels
    width, height = picture.size
    return (height, width) if orientation_of(picture) in _SIDEWAYS else (width, height)


def orientation_of(picture: Image.Image) -> int:
    """The EXIF orientation that still has to be applied, 1 to 8. A damaged EXIF block counts as 1."""
    if picture.format == "TIFF":
        return 1  # Pillow turns the pixels and the size itself
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return 1


def _too_large(max_pixels: int, pixels: int | None = None) -> TooManyPixels:
    size = f"has {pixels:,} pixels" if pixels else "needs too much memory"
    return TooManyPixels(f"The image {size}. The limit is {max_pixels:,} pixels. Scale it down.")


def check_memory(
    format_name: str, mode: str, size: tuple[int, int], max_pixels: int, progressive: bool = False
) -> None:
    """Raises TooManyPixels if decoding would take much more memory than for a usual image of `max_pixels`."""
    if size[0] * size[1] > max_pixels:
        raise _too_large(max_pixels, size[0] * size[1])
    needed, allowed = needed_bytes(format_name, mode, size, progressive), allowed_bytes(max_pixels)
    if needed > allowed:
        raise TooManyPixels(
            f"The image needs {needed >> 20:,} MB of memory. The limit is {allowed >> 20:,} MB. Scale it down, or save "
            "it as a JPEG."
        )


@contextmanager
def _limited(max_pixels: int) -> Iterator[None]:
    """Set Pillow's check against decompression bombs to `max_pixels` for the `with` body.

    The check also runs inside decoders, where a frame can be larger than the header says. But the limit is a module
    global, and Pillow raises only at twice its value and warns below. So it is set to half the value under a lock, with
    warnings off, and restored afterwards.
    """
    with _pillow_globals, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, max_pixels / 2  # type: ignore[assignment]  # Pillow only compares it
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _domain_errors(max_pixels: int) -> Iterator[None]:
    """Hostile bytes make Pillow raise almost any exception. All of them mean that the file is bad."""
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
            raise TruncatedFile("The image data ends early. Send the whole file.") from error
        raise CorruptFile("The image is damaged and cannot be decoded. Save it again and send the new file.") from error
