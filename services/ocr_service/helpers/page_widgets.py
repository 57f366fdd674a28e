"""Form fields of a PDF page (widgets): their values, and the lines of text that a reader sees in them.

MuPDF draws the appearance of each widget, and makes one for a field that has only a value. Text comes from there,
because it may be formatted (a value of 1250 is shown as "1,250.00"). Where a font maps letters wrongly, where letters
stand apart in a comb, and in lists of choices, the value of the field is used instead. See ISO 32000-2, 12.7.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from services.ocr_service.helpers.appearance import AppearanceLine, appearance_of, draws_image, layer_line
from services.ocr_service.helpers.field_values import choices_of, is_ticked, signer_of
from services.ocr_service.helpers.form_fields import FormField
from services.ocr_service.helpers.page_drawing import LayerImage
from services.ocr_service.helpers.page_transform import Box, PageTransform
from services.ocr_service.helpers.text_layer import LayerLine

if TYPE_CHECKING:
    import pymupdf
    from pymupdf import mupdf

TICKED, EMPTY = "\u2611", "\u2610"
#: Flags of an annotation that a viewer does not show: hidden, no view.
_HIDDEN = 2 | 32
#: Flags of a text field.
_MULTILINE, _PASSWORD = 1 << 12, 1 << 13
#: A viewer shows one of these for each character of a password.
_STAR = "*"
#: Types of fields that can show images: push buttons and signatures.
_WITH_IMAGES = (None, "signature")
#: MuPDF's own appearance of a signature field that is not signed.
_INVITATION = "SIGN"


class PageForm(NamedTuple):
    """lines: what the fields show, in the order of the file. `block` is negative and differs from field to field.

    images: where buttons and signatures show images, in pixels.
    """

    fields: tuple[FormField, ...] = ()
    lines: tuple[LayerLine, ...] = ()
    images: tuple[LayerImage, ...] = ()


class _Shown(NamedTuple):
    """A field type (None for a push button), a value, and the lines of text to show."""

    type: str | None
    value: str | bool | None
    lines: Sequence[AppearanceLine]


def read_form(page: pymupdf.Page, transform: PageTransform, words: bool = False) -> PageForm:
    """The visible fields of a page. transform: that of the page's text layer. words: include word boxes."""
    # MuPDF gives the places of widgets with the rotation of the page applied.
    transform = replace(transform, matrix=(transform.zoom, 0.0, 0.0, transform.zoom, 0.0, 0.0))
    fields: list[FormField] = []
    lines: list[LayerLine] = []
    images: list[LayerImage] = []
    for number, widget in enumerate(_widgets(page), 1):
        rect = _rect_of(widget)
        box = transform.box(rect) if rect else None
        if rect and box:
            shown = _shown(widget, rect)
            if shown.type:
                fields.append(FormField(_name_of(widget), shown.type, shown.value, box))
            lines += [layer_line(line, transform, -number, words) for line in shown.lines if line.text]
            if shown.type in _WITH_IMAGES and draws_image(widget):
                images.append(LayerImage(box))
    return PageForm(tuple(fields), tuple(lines), tuple(images))


def has_widgets(page: pymupdf.Page) -> bool:
    from pymupdf import mupdf

    return bool(mupdf.pdf_first_widget(mupdf.pdf_page_from_fz_page(page.this)).m_internal)


@contextmanager
def without_widgets(page: pymupdf.Page) -> Iterator[None]:
    """Inside the context MuPDF draws the page without form fields."""
    from pymupdf import mupdf

    pdf_page = mupdf.pdf_page_from_fz_page(page.this)
    first, pdf_page.m_internal.widgets = pdf_page.m_internal.widgets, None
    try:
        yield
    finally:
        pdf_page.m_internal.widgets = first


@contextmanager
def without_passwords(page: pymupdf.Page) -> Iterator[None]:
    """Inside the context MuPDF draws the page without password fields.

    MuPDF shows the password in the appearances that it makes for them. Viewers show stars.
    """
    import pymupdf
    from pymupdf import mupdf

    try:
        fields = [mupdf.pdf_annot_obj(widget) for widget in _widgets(page) if _is_password(widget)]
    except Exception:
        fields = []  # damaged fields: MuPDF draws what it can
    flags = [mupdf.pdf_dict_get_int(field, pymupdf.PDF_NAME("F")) for field in fields]
    try:
        for field, value in zip(fields, flags, strict=True):
            mupdf.pdf_dict_put_int(field, pymupdf.PDF_NAME("F"), value | _HIDDEN)
        yield
    finally:
        for field, value in zip(fields, flags, strict=True):
            mupdf.pdf_dict_put_int(field, pymupdf.PDF_NAME("F"), value)


def _widgets(page: pymupdf.Page) -> Iterator[mupdf.PdfAnnot]:
    from pymupdf import mupdf

    widget = mupdf.pdf_first_widget(mupdf.pdf_page_from_fz_page(page.this))
    while widget.m_internal:
        yield widget
        widget = mupdf.pdf_next_widget(widget)


def _rect_of(widget: mupdf.PdfAnnot) -> Box | None:
    """The place of a widget in points of the page as displayed. None if it is not visible."""
    from pymupdf import mupdf

    if mupdf.pdf_annot_flags(widget) & _HIDDEN:
        return None
    rect = mupdf.pdf_bound_widget(widget)
    box = (rect.x0, rect.y0, rect.x1, rect.y1)
    if not all(map(math.isfinite, box)) or rect.x1 - rect.x0 < 1 or rect.y1 - rect.y0 < 1:
        return None
    return box


def _name_of(widget: mupdf.PdfAnnot) -> str:
    from pymupdf import mupdf

    return str(mupdf.pdf_load_field_name(mupdf.pdf_annot_obj(widget)))


def _shown(widget: mupdf.PdfAnnot, rect: Box) -> _Shown:
    from pymupdf import mupdf

    field = mupdf.pdf_annot_obj(widget)
    kind = mupdf.pdf_field_type(field)
    if kind in (mupdf.PDF_WIDGET_TYPE_CHECKBOX, mupdf.PDF_WIDGET_TYPE_RADIOBUTTON):
        ticked = is_ticked(field)
        name = "checkbox" if kind == mupdf.PDF_WIDGET_TYPE_CHECKBOX else "radio"
        return _Shown(name, ticked, [AppearanceLine(TICKED if ticked else EMPTY, rect)])
    lines = appearance_of(widget)
    if kind == mupdf.PDF_WIDGET_TYPE_TEXT:
        return _text(field, lines, rect, _is_password(widget))
    if kind in (mupdf.PDF_WIDGET_TYPE_COMBOBOX, mupdf.PDF_WIDGET_TYPE_LISTBOX):
        return _choice(field, lines, rect, is_list=kind == mupdf.PDF_WIDGET_TYPE_LISTBOX)
    if kind == mupdf.PDF_WIDGET_TYPE_SIGNATURE:
        return _signature(field, lines)
    return _Shown(None, None, lines)


def _signature(field: mupdf.PdfObj, lines: Sequence[AppearanceLine]) -> _Shown:
    from pymupdf import mupdf

    seen = " ".join(line.text for line in lines)
    if mupdf.pdf_is_dict(mupdf.pdf_dict_gets_inheritable(field, "V")):
        return _Shown("signature", signer_of(field) or seen or None, lines)
    return _Shown("signature", None, [] if seen == _INVITATION else lines)


def _is_password(widget: mupdf.PdfAnnot) -> bool:
    from pymupdf import mupdf

    field = mupdf.pdf_annot_obj(widget)
    is_text = mupdf.pdf_field_type(field) == mupdf.PDF_WIDGET_TYPE_TEXT
    return bool(is_text and mupdf.pdf_field_flags(field) & _PASSWORD)


def _text(field: mupdf.PdfObj, lines: Sequence[AppearanceLine], rect: Box, password: bool) -> _Shown:
    from pymupdf import mupdf

    value = "\n".join(str(mupdf.pdf_field_value(field)).splitlines()).strip()
    if password:
        stars = _STAR * len(value)
        return _Shown("text", stars or None, [AppearanceLine(stars, rect)])
    if not mupdf.pdf_field_flags(field) & _MULTILINE and lines:
        lines = [AppearanceLine.joined(lines)]
    seen = " ".join(line.text for line in lines)
    one_line = " ".join(value.split())
    if value and (not seen or _is_garbled(seen)):
        lines = _stacked(value.split("\n"), rect)
    elif len(lines) == 1 and _squeezed(seen) == _squeezed(value):
        lines = [lines[0]._replace(text=one_line)]
    return _Shown("text", value or None, lines)


def _stacked(texts: Sequence[str], rect: Box) -> list[AppearanceLine]:
    """Lines of text that fill a box from top to bottom. Where exactly a viewer shows them is unknown."""
    x0, y0, x1, y1 = rect
    height = (y1 - y0) / len(texts)
    return [
        AppearanceLine(" ".join(text.split()), (x0, y0 + row * height, x1, y0 + (row + 1) * height))
        for row, text in enumerate(texts)
    ]


def _choice(field: mupdf.PdfObj, lines: Sequence[AppearanceLine], rect: Box, is_list: bool) -> _Shown:
    """A list shows all its options. Only the chosen ones are its value, so only they are text."""
    choices = choices_of(field)
    shown = ", ".join(choice.shown for choice in choices)
    if is_list:
        places = {line.text: line.box for line in lines}
        lines = [AppearanceLine(choice.shown, places.get(choice.shown, rect)) for choice in choices]
    elif lines:
        # MuPDF shows the value to export.
        line = AppearanceLine.joined(lines)
        is_right = line.text not in [choice.value for choice in choices] and not _is_garbled(line.text)
        lines = [line if is_right else line._replace(text=shown)]
    else:
        lines = [AppearanceLine(shown, rect)]
    return _Shown("choice", shown or None, lines)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _is_garbled(text: str) -> bool:
    """Whether a font without a mapping shows characters without meaning."""
    return any(not char.isprintable() or char == "\ufffd" for char in text)
