"""Convert whatever the caller passes into one array (H, W, 3) uint8 RGB."""

import io
import os

import numpy as np
from PIL import Image, ImageOps

from .arrays import Pixels
from .errors import UnreadableImage

ImageSource = str | os.PathLike[str] | bytes | bytearray | memoryview | Image.Image | Pixels

_EXIF_ORIENTATION = 0x0112


def load_image(image: ImageSource) -> Pixels:
    """Return an array (H, W, 3) uint8 RGB of a path, bytes, a PIL image or an array (H, W, 3), (H, W, 4) or (H, W).

    The first frame is used, the EXIF orientation is applied, transparent pixels become white. Raises UnreadableImage.
    """
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if isinstance(image, Image.Image):
        return _from_pillow(image)
    source = io.BytesIO(image) if isinstance(image, bytes | bytearray | memoryview) else image
    if not isinstance(source, io.BytesIO | str | os.PathLike):
        raise UnreadableImage(f"An image must be a path, bytes, a PIL image or an array, not {type(image).__name__}.")
    try:
        with Image.open(source) as opened:
            return _from_pillow(opened)
    except FileNotFoundError as error:
        raise UnreadableImage("File not found.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if _is_pdf(source):
            message = "This is a PDF, not an image. Read it with read_document, or send it to /ocr/pdf."
        else:
            message = "The image cannot be decoded: it is of an unknown type, truncated or corrupt."
        raise UnreadableImage(message) from error


def _is_pdf(source: io.BytesIO | str | os.PathLike[str]) -> bool:
    try:
        with io.BytesIO(source.getvalue()) if isinstance(source, io.BytesIO) else open(source, "rb") as file:
            return file.read(4) == b"%PDF"
    except OSError:
        return False


def _from_array(array: Pixels) -> Pixels:
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or array.size == 0 or channels not in (1, 3, 4):
        raise UnreadableImage(f"An image array must be (H, W, 3) uint8 RGB, not {array.shape} {array.dtype}.")
    if channels == 3:
        return np.ascontiguousarray(array)
    return _from_pillow(Image.fromarray(array if channels == 4 else array.reshape(array.shape[:2])))


def _from_pillow(image: Image.Image) -> Pixels:
    if image.getexif().get(_EXIF_ORIENTATION, 1) != 1:  # exif_transpose copies even images that need no rotation
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_eight_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.ascontiguousarray(np.asarray(image if image.mode == "RGB" else image.convert("RGB")))


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Convert deep greyscale to 8 bits. Pillow clips all values at 255, which turns a scan into a white page.

    In most files, mode I holds 16-bit values. If all values fit into 8 bits, they are not scaled.
    """
    values = np.asarray(image, dtype=np.float32)
    brightest = float(values.max(initial=0.0))
    max_value = max(brightest, 1.0) if image.mode == "F" else 65535.0
    white = max_value if brightest > 255 or image.mode == "F" else 255.0
    return Image.fromarray(np.clip(values * (255.0 / white), 0, 255).astype(np.uint8))


def shrink_to_fit(array: Pixels, max_width: int, max_height: int) -> tuple[Pixels, float]:
    """Scale an image down to fit max_width x max_height pixels. Return it and the scale (new / old, at most 1)."""
    height, width = array.shape[:2]
    scale = min(1.0, max_width / width, max_height / height)
    if scale == 1.0:
        return array, 1.0
    import cv2

    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA), np.uint8), scale
