"""Renders small parts of a recorded page: a display list, which MuPDF draws without reading the page again.

PyMuPDF's own function takes 60 us more, twice the time of a part with some letters, and pages have dozens of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from services.ocr_service.helpers.page_transform import Box

if TYPE_CHECKING:
    import pymupdf

    from services.ocr_service.helpers.colour import RGBArray

_WHITE = 255


class Picture(NamedTuple):
    """pixels: (H, W, 3) uint8 RGB. left, top: its place, in pixels of the page."""

    pixels: RGBArray
    left: int
    top: int


def picture_of(recorded: pymupdf.DisplayList, zoom: float, part: Box) -> Picture:
    """The part of a page that is in a box (points), at `zoom` pixels per point, on white."""
    from pymupdf import mupdf

    page, matrix, clip = recorded.this.m_internal, mupdf.ll_fz_scale(zoom, zoom), mupdf.ll_fz_make_rect(*part)
    visible = mupdf.ll_fz_intersect_rect(mupdf.ll_fz_bound_display_list(page), clip)
    area = mupdf.ll_fz_round_rect(mupdf.ll_fz_transform_rect(visible, matrix))
    pixmap = mupdf.ll_fz_new_pixmap_with_bbox(mupdf.ll_fz_device_rgb(), area, None, 0)
    try:
        mupdf.ll_fz_clear_pixmap_with_value(pixmap, _WHITE)
        device = mupdf.ll_fz_new_draw_device_with_bbox(matrix, pixmap, area)
        try:
            mupdf.ll_fz_run_display_list(page, device, mupdf.fz_identity, clip, None)
            mupdf.ll_fz_close_device(device)
        finally:
            mupdf.ll_fz_drop_device(device)
        rows = np.frombuffer(mupdf.ll_fz_pixmap_samples_memoryview(pixmap), np.uint8).reshape(pixmap.h, pixmap.stride)
        # A copy, because the samples are freed with the pixmap.
        pixels = rows[:, : pixmap.w * 3].reshape(pixmap.h, pixmap.w, 3).copy()
        return Picture(pixels, pixmap.x, pixmap.y)
    finally:
        mupdf.ll_fz_drop_pixmap(pixmap)
