"""A searchable PDF: the uploaded file, with the recognised text as an invisible layer.

Everything that is in the file stays as it is. Pages whose own text was used are not changed at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

import pikepdf
from pikepdf import Name, Pdf

from services.errors import CorruptFile, EncryptedFile
from services.exports.font_objects import finish, new_font
from services.exports.glyphless_font import GlyphlessFont
from services.exports.image_pdf import as_pdf
from services.exports.invisible_text import invisible_text
from services.exports.page_boxes import visible_box
from services.exports.page_matrix import pixels_to_page

#: The font on a page. A number is added if the page has a font of that name.
_RESOURCE = "GlyphLess"


class Pages(Protocol):
    """A result, page by page. See `services/exports/result.py`."""

    def pages(self) -> Iterator[Mapping[str, Any]]:
        """The pages in order."""


def write(source: BinaryIO, result: Pages, out: BinaryIO) -> None:
    """source: the uploaded file, a PDF or an image. out: is written from its beginning to its end.

    Pages are read one at a time, and their images are copied when the file is written. Raises CorruptFile or
    EncryptedFile.
    """
    with as_pdf(source) as file, _opened(file) as pdf:
        _add_text(pdf, result)
        pdf.save(out, encryption=pdf.is_encrypted, fix_metadata_version=False)


@contextmanager
def _opened(file: BinaryIO) -> Iterator[Pdf]:
    try:
        with Pdf.open(file) as pdf:
            yield pdf
    except pikepdf.PasswordError as error:
        raise EncryptedFile("The PDF needs a password. Remove the password and send it again.") from error
    except pikepdf.PdfError as error:
        raise CorruptFile("The PDF is damaged and cannot be written again.") from error


def _add_text(pdf: Pdf, result: Pages) -> None:
    font, codes = new_font(pdf), GlyphlessFont()
    for page in result.pages():
        if page["success"] and page["source"] == "ocr":
            _add_page(pdf, pdf.pages[page["page"] - 1], page, font, codes)
    finish(pdf, font, codes)


def _add_page(
    pdf: Pdf, page: pikepdf.Page, read: Mapping[str, Any], font: pikepdf.Object, codes: GlyphlessFont
) -> None:
    orientation = read["orientation"] or 0
    matrix = pixels_to_page(visible_box(page), page.rotation + orientation, read["width"], read["height"])
    resource = page.add_resource(font, Name.Font, Name(f"/{_RESOURCE}"), replace_existing=False)
    content = invisible_text(read["lines"], matrix, codes, str(resource)[1:])
    if content:
        # Below the rest of the page, where nothing has changed the coordinates yet.
        page.contents_add(content, prepend=True)
    if orientation:  # as in the result, the page is upright
        page.obj.Rotate = (page.rotation + orientation) % 360
