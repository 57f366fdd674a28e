"""Values of form fields, from the objects of the PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pymupdf import mupdf

_OFF = "Off"


class Choice(NamedTuple):
    """An option of a list. value: as exported. shown: as displayed."""

    value: str
    shown: str


def is_ticked(field: mupdf.PdfObj) -> bool:
    """Whether a check box or radio button is ticked.

    As in pdf.js: the appearance state decides, then the value. A state without an appearance is not shown, unless the
    box has no appearance for "ticked" at all.
    """
    from pymupdf import mupdf

    state = _name_or_text(mupdf.pdf_dict_gets(field, "AS")) or _name_or_text(
        mupdf.pdf_dict_gets_inheritable(field, "V")
    )
    if state in ("", _OFF):
        return False
    appearances = mupdf.pdf_dict_gets(mupdf.pdf_dict_gets(field, "AP"), "N")
    states = [mupdf.pdf_dict_get_key(appearances, index) for index in range(mupdf.pdf_dict_len(appearances))]
    names = {mupdf.pdf_to_name(name) for name in states} if not mupdf.pdf_is_stream(appearances) else set()
    return state in names or not names - {_OFF}


def choices_of(field: mupdf.PdfObj) -> list[Choice]:
    """The chosen options of a choice field, in the order of its options."""
    from pymupdf import mupdf

    shown_as: dict[str, str] = {}
    options = mupdf.pdf_dict_gets_inheritable(field, "Opt")
    for option in _items(options):
        value, shown = (_items(option) * 2)[:2] if mupdf.pdf_is_array(option) else (option, option)
        shown_as[_name_or_text(value)] = _name_or_text(shown)
    chosen = mupdf.pdf_dict_gets_inheritable(field, "V")
    values = [_name_or_text(value) for value in (_items(chosen) if mupdf.pdf_is_array(chosen) else [chosen])]
    order = list(shown_as)
    values.sort(key=lambda value: order.index(value) if value in shown_as else len(order))
    return [Choice(value, shown_as.get(value, value)) for value in values if value]


def signer_of(field: mupdf.PdfObj) -> str | None:
    """The name in a digital signature, which was not verified. None if it has none."""
    from pymupdf import mupdf

    return _name_or_text(mupdf.pdf_dict_gets(mupdf.pdf_dict_gets_inheritable(field, "V"), "Name")) or None


def _items(array: mupdf.PdfObj) -> list[mupdf.PdfObj]:
    from pymupdf import mupdf

    return [mupdf.pdf_array_get(array, index) for index in range(mupdf.pdf_array_len(array))]


def _name_or_text(value: mupdf.PdfObj) -> str:
    """A name or a text string. Empty for other objects."""
    from pymupdf import mupdf

    if mupdf.pdf_is_name(value):
        return str(mupdf.pdf_to_name(value))
    return str(mupdf.pdf_to_text_string(value)) if mupdf.pdf_is_string(value) else ""
