"""What must be known about an upload before it is accepted, found with as little decoding as possible.

The rule: the structure is checked here, the pixels are left to the worker. If the structure is not conclusive, pixels
are decoded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.errors import CorruptFile, EmptyFile, TooManyPages, UnsupportedType
from utils.sniffing import sniff_file
from utils.sources import Source

if TYPE_CHECKING:
    from services.ocr_service.helpers.pdf_processor import PdfDocument


@dataclass(frozen=True, slots=True)
class InspectionLimits:
    """Maximum pixels of one image, and maximum pages of one document (the frames of a TIFF are pages)."""

    max_pixels: int
    max_pages: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`kind` is "image" or "pdf". `width` and `height`: the first page as displayed, in pixels or (PDF) points."""

    kind: str
    media_type: str
    pages: int
    width: int
    height: int


def inspect_upload(path: Source, limits: InspectionLimits, password: str = "") -> FileFacts:
    """Inspect the content of the file at `path`. Hostile bytes may crash or hang this: `Inspector` runs it safely.

    Raises EmptyFile, UnsupportedType, TruncatedFile, CorruptFile, EncryptedFile, WrongPassword, TooManyPages
    or TooManyPixels.
    """
    if os.path.getsize(path) == 0:
        raise EmptyFile()
    media_type = sniff_file(path)
    if media_type is None:
        raise UnsupportedType(f"The content of the file is not of a supported type. {UnsupportedType.remedy}")
    if media_type == "application/pdf":
        return _inspect_pdf(path, limits, password)
    return _inspect_image(path, media_type, limits)


def check_page_count(count: int, limits: InspectionLimits) -> None:
    """Raises TooManyPages."""
    if count > limits.max_pages:
        raise TooManyPages(f"The document has more than {limits.max_pages} pages. {TooManyPages.remedy}")


def _inspect_pdf(path: Source, limits: InspectionLimits, password: str) -> FileFacts:
    from services.ocr_service.helpers.pdf_processor import PdfDocument

    with PdfDocument(path, password) as document:
        check_page_count(document.page_count, limits)
        width, height = _first_readable_size(document)
        return FileFacts("pdf", "application/pdf", document.page_count, round(width), round(height))


def _first_readable_size(document: PdfDocument) -> tuple[float, float]:
    """A damaged page fails alone, but a document without any readable page is damaged. Raises CorruptFile."""
    last_error: CorruptFile | None = None
    for number in range(1, document.page_count + 1):
        try:
            return document.page_size(number)
        except CorruptFile as error:
            last_error = error
    raise CorruptFile(f"The PDF is damaged: none of its pages can be read. {CorruptFile.remedy}") from last_error


def _inspect_image(path: Source, media_type: str, limits: InspectionLimits) -> FileFacts:
    from services.inspection.structure import check_length, check_structure, size_of_large_webp
    from services.ocr_service.helpers.image_processor import displayed_size, open_picture

    check_length(path, media_type)
    if media_type == "image/webp" and (size := size_of_large_webp(path, limits.max_pixels)):
        return FileFacts("image", media_type, 1, *size)
    with open_picture(path, max_pixels=limits.max_pixels) as picture:
        width, height = displayed_size(picture)
        pages = check_structure(path, picture, limits)
    return FileFacts("image", media_type, pages, width, height)
