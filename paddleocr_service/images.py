"""Pictures in: whatever the caller has becomes one array (H, W, 3) uint8 RGB."""

from __future__ import annotations

import io
import os

from .errors import UnreadableImage

_ORIENTATION = 0x0112  # EXIF


def load_image(image):
    """Array (H, W, 3) uint8 RGB of a path, bytes, a PIL image or such an array (H, W, 3), (H, W, 4) or (H, W).

    The first frame is taken, EXIF orientation applied, transparency laid on white. Raises UnreadableImage.
    """
    import numpy as np

    if isinstance(image, np.ndarray):
        return _from_array(image)
    from PIL import Image

    if isinstance(image, Image.Image):
        return _from_pillow(image)
    source = io.BytesIO(image) if isinstance(image, bytes | bytearray | memoryview) else image
    if not isinstance(source, io.BytesIO | str | os.PathLike):
        raise UnreadableImage(f"An image is a path, bytes, a PIL image or an array, not {type(image).__name__}.")
    try:
        with Image.open(source) as opened:
            return _from_pillow(opened)
    except FileNotFoundError as error:
        raise UnreadableImage("There is no such file.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage(_reason(source)) from error


def _reason(source) -> str:
    if _first_bytes(source).startswith(b"%PDF"):
        return "This is a PDF, and the engine reads pictures: send it to /ocr/pdf, or render its pages first."
    return "The image cannot be decoded: it is of an unknown type, truncated or corrupt."


def _first_bytes(source) -> bytes:
    if isinstance(source, io.BytesIO):
        return source.getvalue()[:5]
    try:
        with open(source, "rb") as file:
            return file.read(5)
    except OSError:
        return b""


def _from_array(array):
    import numpy as np
    from PIL import Image

    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or array.size == 0 or channels not in (1, 3, 4):
        raise UnreadableImage(f"An image array is (H, W, 3) uint8 RGB, not {array.shape} {array.dtype}.")
    if channels == 3:
        return np.ascontiguousarray(array)
    return _from_pillow(Image.fromarray(array if channels == 4 else array.reshape(array.shape[:2])))


def _from_pillow(image):
    import numpy as np
    from PIL import Image, ImageOps

    if image.getexif().get(_ORIENTATION, 1) != 1:  # or a copy would be made of each
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I") or image.mode == "F":
        image = _to_eight_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.ascontiguousarray(np.asarray(image if image.mode == "RGB" else image.convert("RGB")))


def _to_eight_bits(image):
    """Deep grey, as 8 bits. Pillow by itself cuts all values at 255, which makes a scan a white page.

    Mode I holds 16 bits in most files; a picture whose values all fit in 8 bits is taken as it stands.
    """
    import numpy as np
    from PIL import Image

    values = np.asarray(image, dtype=np.float32)
    brightest = float(values.max(initial=0.0))
    deepest = max(brightest, 1.0) if image.mode == "F" else 65535.0
    full = deepest if brightest > 255 or image.mode == "F" else 255.0
    return Image.fromarray(np.clip(values * (255.0 / full), 0, 255).astype(np.uint8))


def shrink_to_fit(array, max_width: int, max_height: int):
    """(array, scale): the array scaled down to fit max_width x max_height pixels; ``scale`` is new / old, at most 1."""
    height, width = array.shape[:2]
    scale = min(1.0, max_width / width, max_height / height)
    if scale == 1.0:
        return array, 1.0
    import cv2

    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(array, size, interpolation=cv2.INTER_AREA), scale
