"""Iterate over the frames of an image file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.ocr_service.helpers.image_processor import Frame, count_frames, read_frame


def iter_frames(path: Path, max_pixels: int) -> Iterator[Frame]:
    for number in range(1, count_frames(path, max_pixels=max_pixels) + 1):
        yield read_frame(path, number, max_pixels=max_pixels)
