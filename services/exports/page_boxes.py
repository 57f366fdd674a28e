"""The part of a PDF page that viewers show."""

from __future__ import annotations

import pikepdf

#: What MuPDF assumes for a page without a usable size: US Letter.
_DEFAULT = (0.0, 0.0, 612.0, 792.0)

Box = tuple[float, float, float, float]


def visible_box(page: pikepdf.Page) -> Box:
    """CropBox within MediaBox, as (x0, y0, x1, y1) with x0 < x1 and y0 < y1, in units of the page."""
    media = _box_of(page.mediabox) or _DEFAULT
    crop = _box_of(page.cropbox) or media
    x0, y0, x1, y1 = max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else media


def _box_of(values: pikepdf.Object) -> Box | None:
    numbers = [float(value) for value in values]
    if len(numbers) != 4:
        return None
    (x0, x1), (y0, y1) = sorted(numbers[::2]), sorted(numbers[1::2])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None
