"""Warnings: what a page of the file shows or holds that its result does not, and what the client can do about it.

A page with a warning is still a success. `docs/errors.md` lists the kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.ocr_service.helpers.page_transform import Box


@dataclass(frozen=True, slots=True)
class PageWarning:
    """A warning as the client gets it. box: the part of the page, in pixels of the page as displayed."""

    code: str
    detail: str
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class WarningKind:
    """An entry of the catalogue. title: what it means. remedy: what the client can do."""

    code: str
    title: str
    remedy: str

    def at(self, detail: str, box: Box | None = None) -> PageWarning:
        """A warning of this kind. detail: what is missing in this case."""
        return PageWarning(self.code, detail, box)


UNREAD_IMAGE = WarningKind(
    "unread_image",
    "A picture on the page was not read.",
    "Send the page with `mode=ocr`, which reads the whole page.",
)
NO_TEXT_FOUND = WarningKind(
    "no_text_found",
    "The page is not blank, but no text was found on it.",
    "Check that the page has text. If it has, send it at a higher resolution.",
)
HIDDEN_TEXT = WarningKind(
    "hidden_text",
    "The file has text at this place that a reader does not see. It was left out.",
    "Nothing, if you want what a reader sees. `mode=text` returns the whole text layer.",
)
UNREADABLE_SCRIPT = WarningKind(
    "unreadable_script",
    "Some text could not be checked or read, because its script is not the one of the option `lang`.",
    "Send the file again with the `lang` of its text.",
)
MISSING_LETTERS = WarningKind(
    "missing_letters",
    "The recogniser does not know some letters of this language and reads similar ones instead.",
    "Check words with these letters.",
)
DYNAMIC_FORM = WarningKind(
    "dynamic_form",
    "The form is stored as XFA. The page shows only a notice.",
    "Open the form in Adobe Acrobat, print it to a PDF, and send that.",
)
ATTACHMENTS = WarningKind(
    "attachments",
    "The file is a portfolio: its documents are attachments, which were not read.",
    "Extract the attachments and send each of them.",
)

KINDS = (UNREAD_IMAGE, NO_TEXT_FOUND, HIDDEN_TEXT, UNREADABLE_SCRIPT, MISSING_LETTERS, DYNAMIC_FORM, ATTACHMENTS)
