"""What is to be known of an upload before it is accepted, found without decoding more than it takes.

The rule: structure is checked here, pixels are left to the worker. Where structure leaves a doubt, pixels are decoded.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike

from services.errors import CorruptFile, EmptyFile, TooManyPages, UnsupportedType
from utils.sniffing import sniff_file


@dataclass(frozen=True, slots=True)
class InspectionLimits:
    """What is accepted: pixels of one picture, pages of one document (frames of a TIFF are pages)."""

    max_pixels: int
    max_pages: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`kind` is "image" or "pdf". `width`, `height`: the first page as displayed, in pixels or, of a PDF, points."""

    kind: str
    media_type: str
    pages: int
    width: int
    height: int


def inspect_upload(path: str | PathLike[str], limits: InspectionLimits) -> FileFacts:
    """Judge the file at `path` by its content. Hostile bytes may crash or hang this: `Inspector` runs it safely.

    Raises EmptyFile, UnsupportedType, TruncatedFile, CorruptFile, EncryptedFile, TooManyPages or TooManyPixels.
    """
    if os.path.getsize(path) == 0:
        raise EmptyFile()
    media_type = sniff_file(path)
    if media_type is None:
        raise UnsupportedType(
            "The file's content is of no supported type. Send a JPEG, PNG, BMP, TIFF, WebP or GIF picture, or a PDF."
        )
    return _inspect_pdf(path, limits) if media_type == "application/pdf" else _inspect_picture(path, media_type, limits)


def check_page_count(count: int, limits: InspectionLimits) -> None:
    """Raises TooManyPages."""
    if count > limits.max_pages:
        raise TooManyPages(f"The document has more than {limits.max_pages} pages. Split it and send the parts.")


def _inspect_pdf(path: str | PathLike[str], limits: InspectionLimits) -> FileFacts:
    from services.ocr_service.helpers.pdf_processor import PdfDocument

    with PdfDocument(path) as document:
        check_page_count(document.page_count, limits)
        width, height = _first_readable_size(document)
        return FileFacts("pdf", "application/pdf", document.page_count, round(width), round(height))


def _first_readable_size(document) -> tuple[float, float]:
    """A damaged page fails alone, but a document without one good page is damaged as a whole."""
    for number in range(1, document.page_count + 1):
        try:
            return document.page_size(number)
        except CorruptFile as error:
            fault = error
    raise CorruptFile(
        "The PDF is damaged: none of its pages can be read. Save it again and send the new file."
    ) from fault


def _inspect_picture(path: str | PathLike[str], media_type: str, limits: InspectionLimits) -> FileFacts:
    from services.inspection.structure import check_length, check_structure
    from services.ocr_service.helpers.image_processor import displayed_size, open_picture

    check_length(path, media_type)
    with open_picture(path, max_pixels=limits.max_pixels) as picture:
        width, height = displayed_size(picture)
        pages = check_structure(path, picture, limits)
    return FileFacts("image", media_type, pages, width, height)
