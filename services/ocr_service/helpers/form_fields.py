"""The fields of a PDF form on one page."""

from __future__ import annotations

from dataclasses import dataclass

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
