"""The fields of a PDF form on one page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from paddleocr_service import Recognition
from services.ocr_service.helpers.page_transform import Box


@dataclass(frozen=True, slots=True)
class FormField:
    """name: the full name in the form. type: text, checkbox, radio, choice or signature.

    value: the text of a text or choice field, whether a box is ticked, or None if the field is empty.
    box: pixels of the page as displayed.
    """

    name: str
    type: str
    value: str | bool | None
    box: Box


def upright_fields(fields: Iterable[FormField], recognition: Recognition) -> tuple[FormField, ...]:
    """Fields of a rendered page on the page as OCR turned it upright."""
    return tuple(replace(field, box=_turned(field.box, recognition)) for field in fields)


def _turned(box: Box, recognition: Recognition) -> Box:
    x0, y0, x1, y1 = box
    # width and height are those of the upright page.
    width, height = recognition.width, recognition.height
    if recognition.orientation == 90:
        return width - y1, x0, width - y0, x1
    if recognition.orientation == 180:
        return width - x1, height - y1, width - x0, height - y0
    if recognition.orientation == 270:
        return y0, height - x1, y1, height - x0
    return box
