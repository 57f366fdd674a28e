"""Filled PDF forms, drawn with PyMuPDF and from raw objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pymupdf

from tests.support.pdfs import A4

Rect = tuple[float, float, float, float]


def add_field(page: pymupdf.Page, name: str, rect: Rect, value: object, **attributes: object) -> None:
    """A text field, or a check box if `value` is a boolean. attributes: of pymupdf.Widget."""
    widget = pymupdf.Widget()
    widget.field_name, widget.rect = name, pymupdf.Rect(rect)
    widget.field_type = pymupdf.PDF_WIDGET_TYPE_CHECKBOX if isinstance(value, bool) else pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.text_fontsize = 0 if isinstance(value, bool) else 11
    for attribute, one in attributes.items():
        setattr(widget, attribute, one)
    widget.field_value = value
    page.add_widget(widget)


def form_of(draw: Callable[[pymupdf.Page], object], flattened: bool = False, rotation: int = 0) -> bytes:
    """A page with fields. flattened: the fields become normal content."""
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    draw(page)
    page.set_rotation(rotation)
    if flattened:
        document.bake()
    return document.tobytes()


def raw_form(*fields: str, need_appearances: bool = True) -> bytes:
    """A page with a heading and widgets without appearances, 40 points below each other, from the bodies of objects.

    A body that has no rectangle gets one. `%(font)s` is not needed: the form has the font /Helv.
    """
    document = pymupdf.open()
    page = document.new_page(width=A4[0], height=A4[1])
    page.insert_text((72, 60), "A form", fontsize=14)
    widgets = []
    for row, body in enumerate(fields):
        rect = f"/Rect[200 {740 - 40 * row} 400 {758 - 40 * row}]" if "/Rect" not in body else ""
        widgets.append(add_object(document, f"<</Type/Annot/Subtype/Widget{rect}/DA(/Helv 11 Tf 0 g){body}>>"))
    font = add_object(document, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    references = " ".join(f"{xref} 0 R" for xref in widgets)
    need = "/NeedAppearances true" if need_appearances else ""
    form = f"<</Fields[{references}]/DR<</Font<</Helv {font} 0 R>>>>/DA(/Helv 0 Tf 0 g){need}>>"
    document.xref_set_key(document.pdf_catalog(), "AcroForm", form)
    document.xref_set_key(page.xref, "Annots", f"[{references}]")
    return document.tobytes()


def add_object(document: pymupdf.Document, body: str) -> int:
    """Add an object. Returns its number."""
    xref = int(document.get_new_xref())
    document.update_object(xref, body)
    return xref


def rows(page: pymupdf.Page) -> list[str]:
    """Labels on the left of fields. Returns the rows of text."""
    data = [("Surname", "Okafor"), ("First name", "Ngozi Ada"), ("Street and number", "7 Mill Lane"), ("Town", "Leeds")]
    for row, (label, value) in enumerate(data):
        page.insert_text((72, 100 + 30 * row), label, fontsize=11)
        add_field(page, f"row{row}", (220, 86 + 30 * row, 420, 106 + 30 * row), value)
    return [f"{label} {value}" for label, value in data]


def two_columns_of_rows(page: pymupdf.Page) -> list[str]:
    """Two fields in each row, each on the right of its label."""
    data = [
        ("Order", "A-1204", "Date", "3 May"),
        ("Customer", "Brandt", "Branch", "North"),
        ("Items", "14", "Net", "92.40"),
    ]
    for row, (one, first, other, second) in enumerate(data):
        y = 100 + 28 * row
        page.insert_text((60, y), one, fontsize=11)
        page.insert_text((320, y), other, fontsize=11)
        add_field(page, f"a{row}", (130, y - 14, 280, y + 6), first)
        add_field(page, f"b{row}", (380, y - 14, 530, y + 6), second)
    return [" ".join(row) for row in data]


def labels_above(page: pymupdf.Page) -> list[str]:
    """Two fields in each row, each below its label."""
    data = [("Name of owner", "Lena Graf"), ("Date of birth", "1 Feb 1980"), ("Breed", "Terrier"), ("Colour", "brown")]
    for index, (label, value) in enumerate(data):
        x, y = 72 + 250 * (index % 2), 100 + 50 * (index // 2)
        page.insert_text((x, y), label, fontsize=9)
        add_field(page, f"above{index}", (x, y + 5, x + 200, y + 25), value)
    return [text for pair in data for text in pair]


def questions(page: pymupdf.Page) -> list[str]:
    """A scale of four check boxes behind each question."""
    data = [
        ("The room was clean", 0),
        ("The staff was friendly", 2),
        ("The food was good", 3),
        ("I would come again", 1),
    ]
    for column, heading in enumerate(("never", "rarely", "often", "always")):
        page.insert_text((260 + 60 * column, 80), heading, fontsize=10)
    for row, (question, answer) in enumerate(data):
        y = 110 + 30 * row
        page.insert_text((72, y), question, fontsize=11)
        for column in range(4):
            x = 266 + 60 * column
            add_field(page, f"q{row}_{column}", (x, y - 11, x + 14, y + 3), column == answer)
    boxes = [" ".join("\u2611" if column == answer else "\u2610" for column in range(4)) for _, answer in data]
    return ["never rarely often always", *(f"{question} {row}" for (question, _), row in zip(data, boxes, strict=True))]


def table(page: pymupdf.Page) -> list[str]:
    """Cells that are fields, with headings above and labels on the left."""
    data = [("Paper", "4", "3.20"), ("Ink", "2", "18.00"), ("Stamps", "50", "41.50")]
    for x, heading in ((72, "Article"), (220, "Quantity"), (340, "Price")):
        page.insert_text((x, 92), heading, fontsize=11)
    for row, (article, quantity, price) in enumerate(data):
        y = 114 + 22 * row
        page.insert_text((72, y), article, fontsize=11)
        add_field(page, f"quantity{row}", (220, y - 14, 300, y + 5), quantity)
        add_field(page, f"price{row}", (340, y - 14, 420, y + 5), price)
    return ["Article Quantity Price", *(" ".join(row) for row in data)]


def boxes_in_a_line(page: pymupdf.Page) -> list[str]:
    """Questions written as one text, with check boxes in its gaps."""
    for row, (question, answer) in enumerate((("Do you drive?", True), ("Do you fly?", False))):
        y = 100 + 30 * row
        page.insert_text((72, y), f"{question:<15}     yes     no", fontsize=10, fontname="cour")
        for x, ticked in ((72 + 18 * 6, answer), (72 + 25.6 * 6, not answer)):
            add_field(page, f"line{row}{x}", (x, y - 9, x + 10, y + 1), ticked)
    return ["Do you drive? \u2611 yes \u2610 no", "Do you fly? \u2610 yes \u2611 no"]


def boxes_behind_labels(page: pymupdf.Page) -> list[str]:
    """Check boxes on the right of their labels."""
    for index, (label, ticked) in enumerate((("cash", False), ("card", True), ("transfer", False))):
        page.insert_text((72 + 120 * index, 100), label, fontsize=11)
        add_field(page, label, (116 + 120 * index, 89, 128 + 120 * index, 101), ticked)
    return ["cash \u2610 card \u2611 transfer \u2610"]


LAYOUTS: Sequence[Callable[[pymupdf.Page], list[str]]] = (
    rows, two_columns_of_rows, labels_above, questions, table, boxes_in_a_line, boxes_behind_labels,
)  # fmt: skip
