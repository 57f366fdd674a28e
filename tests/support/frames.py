"""Iterate over the frames of an image file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.ocr_service.helpers.colour import RGBArray
from services.ocr_service.helpers.image_processor import open_picture, read_frame


def iter_frames(path: Path, max_pixels: int) -> Iterator[RGBArray]:
    """All frames of a TIFF. Only the first frame of other images."""
    with open_picture(path, max_pixels=max_pixels) as picture:
        count = picture.n_frames if picture.format == "TIFF" else 1
    for number in range(1, count + 1):
        yield read_frame(path, number, max_pixels=max_pixels)
