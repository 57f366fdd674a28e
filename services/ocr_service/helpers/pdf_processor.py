"""PDFs: from a file to pages rendered in RGB, one at a time, by MuPDF.

No JavaScript runs: MuPDF executes a document's scripts only after `pdf_enable_js`, which nothing here calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike, fspath
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING

from services.errors import CorruptFile, EncryptedFile, OCRServiceError, PageOutOfRange
from services.ocr_service.helpers.layer_places import Box, Place
from services.ocr_service.helpers.text_layer import TextLayer, read_layer

if TYPE_CHECKING:
    import numpy as np
    import pymupdf

POINTS_PER_INCH = 72
#: Text layers that are read before the fonts and packed pictures that came with them are dropped.
LAYERS_KEPT = 50


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """`array` is (height, width, 3) uint8 RGB, contiguous; `dpi` is the one rendered at, lowered for a huge page."""

    array: np.ndarray
    width: int
    height: int
    dpi: float


class PdfDocument:
    """An open PDF; a context manager. No page is kept once it is rendered, so memory does not grow with their number.

    Opening raises CorruptFile (not a PDF, beyond repair, no pages) or EncryptedFile (asks for a password; one that
    opens with an empty password, as viewers try first, is opened).
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._mupdf = load_mupdf()
        self._layers = 0
        with _faults("The PDF is damaged and cannot be opened. Save it again and send the new file."):
            self._document = self._mupdf.open(fspath(path), filetype="pdf")
        try:
            self.page_count = self._check()
        except OCRServiceError:
            self.close()
            raise

    def page_size(self, number: int) -> tuple[float, float]:
        """Width and height of page `number` (from 1) as displayed, in points. Raises CorruptFile, PageOutOfRange."""
        with self._page(number) as page:
            return _size_of(page, number)

    def text_layer(self, number: int, dpi: int, max_pixels: int, words: bool = False) -> TextLayer:
        """What is written on page `number` (from 1), in pixels of the page that `render` would give.

        Raises CorruptFile, PageOutOfRange.
        """
        with self._page(number, self._shrink_store_at_times) as page, self._colours_at_face_value():
            width, height = _size_of(page, number)
            zoom = fitting_zoom(width, height, dpi / POINTS_PER_INCH, max_pixels)
            return read_layer(page, Place.of(page, width, height, zoom), words)

    def render(self, number: int, dpi: int, max_pixels: int, part: Box | None = None) -> RenderedPage:
        """Page `number` (from 1) as a viewer shows it: turned, with its annotations and form fields, on white.

        A page of more than `max_pixels` at `dpi` is rendered at the highest resolution that fits. `part` is a box in
        points of the page as displayed; only what is in it is rendered. Raises CorruptFile, PageOutOfRange.
        """
        import numpy as np

        with self._page(number) as page:
            zoom = fitting_zoom(*_size_of(page, number), dpi / POINTS_PER_INCH, max_pixels)
            pixmap = page.get_pixmap(
                matrix=self._mupdf.Matrix(zoom, zoom),
                colorspace=self._mupdf.csRGB,
                alpha=False,
                annots=True,
                clip=part,
            )
            rows = np.frombuffer(pixmap.samples_mv, np.uint8).reshape(pixmap.height, pixmap.stride)
            # A copy, because the samples go away with the pixmap.
            array = rows[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3).copy()
            # Of content that is cut off or damaged MuPDF complains in its log alone, and shows a blank page.
            complains = part is None and self._mupdf.TOOLS.mupdf_warnings()
            if complains and (array == array[0, 0]).all() and page.get_contents():
                raise CorruptFile(f"Page {number} comes out blank: its content is damaged. Send the whole file.")
        return RenderedPage(array, array.shape[1], array.shape[0], zoom * POINTS_PER_INCH)

    def close(self) -> None:
        if not self._document.is_closed:
            self._document.close()
            self._shrink_store()

    def __enter__(self) -> PdfDocument:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def _check(self) -> int:
        """The number of pages, at least 1."""
        with _faults("The PDF is damaged: its pages cannot be found. Save it again and send the new file."):
            if not self._document.is_pdf:
                raise CorruptFile("The file begins like a PDF but is none.")
            if self._document.needs_pass and not self._document.authenticate(""):
                raise EncryptedFile("The PDF asks for a password. Remove the password and send it again.")
            count = self._document.page_count or self._count_after_repair()
            encrypted = bool((self._document.metadata or {}).get("encryption"))
        if count < 1 and encrypted:
            raise EncryptedFile("The PDF is encrypted in a way that cannot be read. Send it unencrypted.")
        if count < 1:
            raise CorruptFile("The PDF has no pages.")
        return count

    def _count_after_repair(self) -> int:
        """Pages found by reading the whole file instead of its index; by itself MuPDF does so for most faults only."""
        low_level = self._mupdf.mupdf
        try:
            low_level.pdf_repair_xref(low_level.pdf_document_from_fz_document(self._document.this))
        except Exception:
            return 0  # beyond repair, which the caller says better
        return self._document.page_count

    @contextmanager
    def _page(self, number: int, clean_up: Callable[[], None] | None = None) -> Iterator[pymupdf.Page]:
        if not 1 <= number <= self.page_count:
            raise PageOutOfRange(f"The document has no page {number}; it has {self.page_count}.")
        self._mupdf.TOOLS.reset_mupdf_warnings()
        try:
            with _faults(f"Page {number} of the PDF is damaged and cannot be shown."):
                page = self._document.load_page(number - 1)
                self._check_content(page, number)
                yield page
        finally:
            (clean_up or self._shrink_store)()

    @contextmanager
    def _colours_at_face_value(self) -> Iterator[None]:
        """Without colour profiles, which take longer to apply to a page's text than all the rest."""
        self._mupdf.TOOLS.set_icc(False)
        try:
            yield
        finally:
            self._mupdf.TOOLS.set_icc(True)

    def _shrink_store(self) -> None:
        """MuPDF keeps decoded pictures and fonts for the next page, up to 256 MB of them."""
        self._mupdf.TOOLS.store_shrink(100)

    def _shrink_store_at_times(self) -> None:
        """For text layers, which decode no pictures: to load fonts anew takes longer than to read a page."""
        self._layers += 1
        if self._layers % LAYERS_KEPT == 0:
            self._shrink_store()

    def _check_content(self, page: pymupdf.Page, number: int) -> None:
        """MuPDF shows a page that lies behind the end of a cut file as a blank one; here it is a damaged one."""
        low_level = self._mupdf.mupdf
        known = low_level.pdf_dict_len(low_level.pdf_page_from_fz_page(page.this).obj())
        if not known or not all(map(self._document.xref_is_stream, page.get_contents())):
            raise CorruptFile(f"Page {number} is missing: the PDF was cut or damaged. Send the whole file.")


def fitting_zoom(width: float, height: float, zoom: float, max_pixels: int) -> float:
    """Pixels a point, at most `zoom`, at which a page of `width` x `height` points has no more than `max_pixels`."""
    zoom = min(zoom, math.sqrt(max_pixels / (width * height)))
    # MuPDF rounds each side up to whole pixels.
    while math.ceil(width * zoom) * math.ceil(height * zoom) > max_pixels:
        zoom *= 0.999
    return zoom


def load_mupdf() -> ModuleType:
    """PyMuPDF, silent. Imported on first use: it takes tenths of a second and tens of megabytes."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf


def _size_of(page: pymupdf.Page, number: int) -> tuple[float, float]:
    rect = page.rect
    width, height = rect.width, rect.height
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise CorruptFile(f"Page {number} of the PDF has no size.")
    return width, height


@contextmanager
def _faults(message: str) -> Iterator[None]:
    """PyMuPDF raises many kinds of error on damaged files, some of them bare RuntimeErrors: all mean the same here."""
    try:
        yield
    except OCRServiceError:
        raise
    except Exception as error:
        raise CorruptFile(message) from error
