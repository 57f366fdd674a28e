"""How much memory a picture needs, known before it is decoded.

Pixels are a poor measure: a row takes memory of its own, some modes take four bytes per pixel, and some decoders hold
several copies.
"""

from __future__ import annotations

#: Bytes per pixel in Pillow's memory. Modes with several channels take four.
_MODE_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
_OTHER_MODES = 4
#: Bytes per row: its address, and alignment.
_ROW_BYTES = 16
#: The result is RGB, with three bytes per pixel.
_RESULT_BYTES = 3
#: Decoders that hold copies of the whole picture, in bytes per pixel. libwebp: two canvases and the decoded frame.
#: libjpeg: the coefficients of three channels, if they arrive in several scans. libheif and libavif: planes of up to
#: two bytes per sample, and pixels before Pillow copies them. OpenJPEG: wavelets and samples, with four bytes each.
_FORMAT_BYTES = {"WEBP": 12, "HEIF": 8, "AVIF": 8, "JPEG2000": 16}
_PROGRESSIVE_JPEG_BYTES = 6
#: Memory in bytes for a pixel of an allowed picture: enough for every usual mode of the largest picture.
_BYTES_PER_ALLOWED_PIXEL = 8
#: This much is always allowed.
_SMALL_BYTES = 64 << 20


def allowed_bytes(max_pixels: int) -> int:
    """Memory that one picture may need where pictures may have `max_pixels`."""
    return max(_SMALL_BYTES, max_pixels * _BYTES_PER_ALLOWED_PIXEL)


def decoded_bytes(mode: str, size: tuple[int, int]) -> int:
    """Size of a decoded picture in Pillow's memory. size: (width, height)."""
    width, height = size
    return height * (width * _MODE_BYTES.get(mode, _OTHER_MODES) + _ROW_BYTES)


def needed_bytes(format_name: str, mode: str, size: tuple[int, int], progressive: bool = False) -> int:
    """Memory for decoding a picture and converting it to RGB. progressive: whether it is a JPEG in several scans."""
    pixel = _RESULT_BYTES + _FORMAT_BYTES.get(format_name, _PROGRESSIVE_JPEG_BYTES if progressive else 0)
    return decoded_bytes(mode, size) + size[0] * size[1] * pixel
