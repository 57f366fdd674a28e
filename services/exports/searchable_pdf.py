"""A searchable PDF: the uploaded file, with the recognised text as an invisible layer.

Everything that is in the file stays as it is. Pages whose own text was used are not changed at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Name, Pdf

from services.errors import CorruptFile, EncryptedFile
from services.exports.font_objects import finish, new_font
from services.exports.glyphless_font import GlyphlessFont
from services.exports.hidden_words import without_hidden_words
from services.exports.image_pdf import as_pdf
from services.exports.invisible_text import invisible_text
from services.exports.masked_pdf import write_masked
from services.exports.old_text import OldText
from services.exports.page_boxes import visible_box
from services.exports.page_matrix import pixels_to_page
from services.exports.page_resources import add_font, own_resources
from services.exports.pages import Pages

#: Name of the font on a page.
_RESOURCE = "GlyphLess"


def write(
    source: BinaryIO, result: Pages, out: BinaryIO, scratch: BinaryIO, masked: bool = False, password: str = ""
) -> None:
    """source: the uploaded file, a PDF or an image. out: is written from its beginning to its end. scratch: empty.
    password: opens the PDF. The new one has the same.

    masked: numbers are hidden, so the pages are made of pictures, see `masked_pdf`. Pages are read one at a time, and
    their images are copied when the file is written. Raises OCRServiceError.
    """
    file = pages_of(source, result, scratch, masked, password)
    with opened(file, password) as pdf:
        layer = _TextLayer(pdf, upright=masked)
        for page in result.pages():
            if page["success"] and (masked or page["source"] == "ocr"):
                layer.add(pdf.pages[page["page"] - 1], without_hidden_words(page) if masked else page)
        layer.finish()
        save(pdf, out)


def pages_of(source: BinaryIO, result: Pages, scratch: BinaryIO, masked: bool, password: str) -> BinaryIO:
    """The PDF to add to: the source itself, or one in the empty file `scratch`. Raises OCRServiceError."""
    if not masked:
        return as_pdf(source, scratch)
    write_masked(source, result, scratch, password)
    scratch.seek(0)
    return scratch


@contextmanager
def opened(file: BinaryIO, password: str = "") -> Iterator[Pdf]:
    """Raises CorruptFile or EncryptedFile."""
    try:
        with Pdf.open(file, password=password) as pdf:
            yield pdf
    except pikepdf.PasswordError as error:
        raise EncryptedFile() from error
    except (pikepdf.PdfError, pikepdf.QpdfRuntimeError) as error:
        raise CorruptFile("The PDF is damaged and cannot be written again.") from error


def save(pdf: Pdf, out: BinaryIO) -> None:
    """Write the PDF with the encryption that it had."""
    # Damaged files may lack these entries. qpdf gives them the right value, but does not add them.
    if Name.Size not in pdf.trailer:
        pdf.trailer.Size = 0
    if pdf.is_encrypted and Name.Length not in pdf.trailer.Encrypt:
        pdf.trailer.Encrypt.Length = pdf.encryption.bits
    pdf.save(out, encryption=pdf.is_encrypted, fix_metadata_version=False)


class _TextLayer:
    """The invisible text of one document. upright: its pages were turned as in the result."""

    def __init__(self, pdf: Pdf, upright: bool) -> None:
        self._pdf = pdf
        self._upright = upright
        self._font, self._codes = new_font(pdf), GlyphlessFont()
        self._old_text = OldText(pdf)

    def add(self, page: pikepdf.Page, read: Mapping[str, Any]) -> None:
        """Replace the text of a page by that of the result."""
        turn = 0 if self._upright else read["orientation"] or 0
        matrix = pixels_to_page(visible_box(page), page.rotation + turn, read["width"], read["height"])
        resources = own_resources(page)
        self._old_text.remove(page, resources)
        content = invisible_text(read["lines"], matrix, self._codes, add_font(resources, self._font, _RESOURCE))
        if content:
            # Below the rest of the page, where nothing has changed the coordinates yet.
            page.contents_add(content, prepend=True)
        if turn:
            page.obj.Rotate = (page.rotation + turn) % 360

    def finish(self) -> None:
        finish(self._pdf, self._font, self._codes)
