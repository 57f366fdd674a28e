"""Warnings about a whole PDF: its content is not on its pages.

A dynamic XFA form and a portfolio have pages that only ask the reader to open the file in another program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.ocr_service.page_warnings import ATTACHMENTS, DYNAMIC_FORM, PageWarning

if TYPE_CHECKING:
    import pymupdf
    from pymupdf import mupdf

#: Flags of an annotation that a viewer does not show: hidden, no view.
_HIDDEN = 2 | 32


def file_warnings(document: pymupdf.Document) -> tuple[PageWarning, ...]:
    """Warnings that apply to every page of the file."""
    from pymupdf import mupdf

    pdf = mupdf.pdf_document_from_fz_document(document.this)
    root = mupdf.pdf_dict_gets(mupdf.pdf_trailer(pdf), "Root")
    warnings = []
    xfa = mupdf.pdf_dict_gets(mupdf.pdf_dict_gets(root, "AcroForm"), "XFA")
    if (mupdf.pdf_is_stream(xfa) or mupdf.pdf_array_len(xfa)) and not _has_visible_field(pdf, document.page_count):
        warnings.append(DYNAMIC_FORM.at("The fields of the form and their values are not on the page."))
    # Ordinary files, such as electronic invoices, have attachments too. A portfolio has a collection.
    count = document.embfile_count() if mupdf.pdf_is_dict(mupdf.pdf_dict_gets(root, "Collection")) else 0
    if count:
        documents = "1 document was" if count == 1 else f"{count} documents were"
        warnings.append(ATTACHMENTS.at(f"{documents} not read."))
    return tuple(warnings)


def _has_visible_field(pdf: mupdf.PdfDocument, page_count: int) -> bool:
    """Whether a page has a field. A static XFA form also has ordinary fields; a dynamic one at most hidden ones."""
    from pymupdf import mupdf

    for number in range(page_count):
        annotations = mupdf.pdf_dict_gets(mupdf.pdf_lookup_page_obj(pdf, number), "Annots")
        for index in range(mupdf.pdf_array_len(annotations)):
            if _is_visible_field(mupdf.pdf_array_get(annotations, index)):
                return True
    return False


def _is_visible_field(annotation: mupdf.PdfObj) -> bool:
    from pymupdf import mupdf

    if mupdf.pdf_to_name(mupdf.pdf_dict_gets(annotation, "Subtype")) != "Widget":
        return False
    rect = mupdf.pdf_to_rect(mupdf.pdf_dict_gets(annotation, "Rect"))
    is_hidden = mupdf.pdf_to_int(mupdf.pdf_dict_gets(annotation, "F")) & _HIDDEN
    return not is_hidden and rect.x1 > rect.x0 and rect.y1 > rect.y0
