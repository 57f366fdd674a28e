"""PDFs: MuPDF opens a file and renders its pages as RGB, one at a time.

No JavaScript runs: MuPDF runs a document's scripts only after `pdf_enable_js`, which is never called.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from os import fspath
from types import ModuleType
from typing import TYPE_CHECKING

from services.errors import CorruptFile, EncryptedFile, OCRServiceError, PageOutOfRange, WrongPassword
from services.ocr_service.helpers.actual_text import ActualTextCheck
from services.ocr_service.helpers.clip_paths import has_shaped_clips
from services.ocr_service.helpers.dingbats import with_symbols
from services.ocr_service.helpers.file_warnings import file_warnings
from services.ocr_service.helpers.form_fields import FormField
from services.ocr_service.helpers.form_layer import read_form_layer, read_form_or_nothing
from services.ocr_service.helpers.layer_fonts import FontProofs
from services.ocr_service.helpers.page_recording import picture_of
from services.ocr_service.helpers.page_transform import Box, PageTransform
from services.ocr_service.helpers.page_widgets import without_passwords
from services.ocr_service.helpers.text_layer import TextLayer, read_layer
from utils.sources import Source, mapped_file

if TYPE_CHECKING:
    import pymupdf

    from services.ocr_service.helpers.colour import RGBArray

POINTS_PER_INCH = 72
#: Number of text layers after which MuPDF's cached fonts and images are dropped.
LAYERS_PER_CLEANUP = 50
#: Bytes of unpacked images of sketches after which MuPDF's cache is dropped, and bytes of a pixel.
_MAX_SKETCHED, _PIXEL = 32_000_000, 4


class PdfDocument:
    """An open PDF; a context manager. Rendered pages are not cached, so memory does not grow with the page count.

    Opening raises CorruptFile (not a PDF, not repairable, no pages), EncryptedFile (needs a password) or WrongPassword.
    A file with an empty password is opened, as viewers do.
    """

    def __init__(self, path: Source, password: str = "") -> None:
        self._mupdf = load_mupdf()
        self._layers = self._sketched = 0
        self._recorded: tuple[int, pymupdf.DisplayList | None] = (0, None)
        self._clips = (0, False)
        self._actual_text = ActualTextCheck()
        message = "The PDF is damaged and cannot be opened. Save it again and send the new file."
        with _as_corrupt_file(message), ExitStack() as on_error:
            content = on_error.enter_context(mapped_file(path)) if isinstance(path, int) else None
            name = None if isinstance(path, int) else fspath(path)
            self._document = self._mupdf.open(name, content, filetype="pdf")
            self._content = on_error.pop_all()
        try:
            self.page_count = self._check(password)
            # Files without a form pay nothing for those with one.
            catalogue = self._document.pdf_catalog()
            self._has_form = self._document.xref_get_key(catalogue, "AcroForm")[0] in ("dict", "xref")
            message = "The PDF is damaged: its catalogue cannot be read. Save it again and send the new file."
            with _as_corrupt_file(message):
                self.warnings = file_warnings(self._document)
        except BaseException:
            self.close()
            raise

    def page_size(self, number: int) -> tuple[float, float]:
        """Width and height in points of page `number` (from 1) as displayed. Raises CorruptFile, PageOutOfRange."""
        with self._page(number) as page:
            return _size_of(page, number)

    def text_layer(self, number: int, dpi: int, max_pixels: int, words: bool = False, look: bool = False) -> TextLayer:
        """The text layer of page `number` (from 1), in pixels of the page as `render` returns it.

        words: include word boxes. look: find out which of the text a reader sees. Raises CorruptFile, PageOutOfRange.
        """
        self._recorded = 0, None
        with self._page(number, self._shrink_store_sometimes) as page:
            width, height = _size_of(page, number)
            zoom = fitting_zoom(width, height, dpi / POINTS_PER_INCH, max_pixels)
            # Applying colour profiles to the text of a page takes longer than everything else.
            self._mupdf.TOOLS.set_icc(False)
            try:
                read = read_form_layer if self._has_form else read_layer
                transform, record = PageTransform.of(page, width, height, zoom), partial(self._record, number, page)
                return with_symbols(read(page, transform, words, look, self._actual_text, record), page)
            finally:
                self._mupdf.TOOLS.set_icc(True)

    def form_fields(self, number: int, dpi: int, max_pixels: int) -> tuple[FormField, ...]:
        """The visible form fields of page `number` (from 1), in pixels of the page as `render` returns it.

        Raises CorruptFile, PageOutOfRange.
        """
        if not self._has_form:
            return ()
        with self._page(number, self._shrink_store_sometimes) as page:
            width, height = _size_of(page, number)
            zoom = fitting_zoom(width, height, dpi / POINTS_PER_INCH, max_pixels)
            form = read_form_or_nothing(page, PageTransform.of(page, width, height, zoom))
        return form.fields if form else ()

    def font_proofs(self) -> FontProofs:
        """What can be proven about the characters of the text layers."""
        return FontProofs(self._document)

    def render(self, number: int, dpi: float, max_pixels: int, part: Box | None = None) -> RGBArray:
        """Page `number` (from 1) as a viewer shows it: rotated, with annotations and form fields, on white.

        Returns a contiguous (height, width, 3) uint8 array. A page that has more than `max_pixels` at `dpi` is rendered
        at the highest resolution that fits. `part` limits rendering to a box in points of the page as displayed. Raises
        CorruptFile, PageOutOfRange.
        """
        with self._page(number) as page:
            zoom = fitting_zoom(*_size_of(page, number), dpi / POINTS_PER_INCH, max_pixels)
            with without_passwords(page) if self._has_form else nullcontext():
                pixmap = page.get_pixmap(matrix=self._mupdf.Matrix(zoom, zoom), clip=part)  # RGB without alpha
            array = _pixels_of(pixmap)
            # MuPDF reports truncated or damaged content only as a warning, and renders a blank page.
            has_warnings = part is None and self._mupdf.TOOLS.mupdf_warnings()
            if has_warnings and (array == array[0, 0]).all() and page.get_contents():
                raise CorruptFile(f"Page {number} renders blank because its content is damaged. Send the whole file.")
        return array

    def sketch(self, number: int, dpi: int, max_pixels: int, parts: Sequence[Box]) -> list[RGBArray]:
        """Parts of page `number` (from 1), in points of the page as displayed, beside a text layer: see `render`.

        Colours are those without profiles, and MuPDF's cache stays, because unpacking fonts and images again and
        loading profiles take longer than everything else. Raises CorruptFile, PageOutOfRange.
        """
        self._mupdf.TOOLS.set_icc(False)
        try:
            with self._page(number, lambda: None) as page:
                recorded = self._record(number, page)
            rect = recorded.rect
            zoom = fitting_zoom(rect.width, rect.height, dpi / POINTS_PER_INCH, max_pixels)
            with _as_corrupt_file(f"Page {number} of the PDF is damaged and cannot be rendered."):
                return [picture_of(recorded, zoom, part).pixels for part in parts]
        finally:
            self._mupdf.TOOLS.set_icc(True)
            if self._sketched > _MAX_SKETCHED:
                self._sketched = 0
                self._shrink_store()

    def has_shaped_clips(self, number: int) -> bool:
        """Whether something on page `number` (from 1) may be cut to the form of letters.

        Kept for the last page, which may have several images. Raises CorruptFile, PageOutOfRange.
        """
        if self._clips[0] != number:
            with self._page(number, lambda: None) as page:
                self._clips = number, has_shaped_clips(page)
        return self._clips[1]

    def _record(self, number: int, page: pymupdf.Page) -> pymupdf.DisplayList:
        """The drawing of a page. That of the last page is kept: several parts of a page are sketched, in turn."""
        last, recorded = self._recorded
        if recorded is None or number != last:
            _size_of(page, number)
            self._sketched += _PIXEL * sum(image[2] * image[3] for image in page.get_images())
            with without_passwords(page) if self._has_form else nullcontext():
                recorded = page.get_displaylist()
            self._recorded = number, recorded
        return recorded

    def close(self) -> None:
        self._recorded = 0, None
        if not self._document.is_closed:
            self._document.close()
            self._shrink_store()
            self._content.close()

    def __enter__(self) -> PdfDocument:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _check(self, password: str) -> int:
        """The number of pages, at least 1."""
        with _as_corrupt_file("The PDF is damaged: its pages cannot be found. Save it again and send the new file."):
            if not self._document.is_pdf:
                raise CorruptFile("The file starts like a PDF but is not one.")
            if self._document.needs_pass and not self._document.authenticate(password):
                raise WrongPassword() if password else EncryptedFile()
            count = self._document.page_count or self._count_after_repair()
            encrypted = bool((self._document.metadata or {}).get("encryption"))
        if count < 1 and encrypted:
            raise EncryptedFile("The PDF uses an unsupported encryption. Send it unencrypted.")
        if count < 1:
            raise CorruptFile("The PDF has no pages.")
        return count

    def _count_after_repair(self) -> int:
        """Pages found by scanning the whole file instead of its index, which MuPDF itself does for most errors only."""
        low_level = self._mupdf.mupdf
        try:
            low_level.pdf_repair_xref(low_level.pdf_document_from_fz_document(self._document.this))
        except Exception:
            return 0  # not repairable; the caller raises the error
        return int(self._document.page_count)

    @contextmanager
    def _page(self, number: int, clean_up: Callable[[], None] | None = None) -> Iterator[pymupdf.Page]:
        if not 1 <= number <= self.page_count:
            raise PageOutOfRange(f"The document has no page {number}. It has {self.page_count} pages.")
        self._mupdf.TOOLS.reset_mupdf_warnings()
        try:
            with _as_corrupt_file(f"Page {number} of the PDF is damaged and cannot be rendered."):
                page = self._document.load_page(number - 1)
                self._check_content(page, number)
                yield page
        finally:
            (clean_up or self._shrink_store)()

    def _shrink_store(self) -> None:
        """MuPDF caches up to 256 MB of decoded images and fonts for the next page."""
        self._mupdf.TOOLS.store_shrink(100)

    def _shrink_store_sometimes(self) -> None:
        """For text layers, which decode no images: reloading fonts takes longer than reading a page."""
        self._layers += 1
        if self._layers % LAYERS_PER_CLEANUP == 0:
            self._shrink_store()

    def _check_content(self, page: pymupdf.Page, number: int) -> None:
        """MuPDF renders a page beyond the end of a truncated file as blank. Here that is an error."""
        low_level = self._mupdf.mupdf
        entries = low_level.pdf_page_from_fz_page(page.this).obj().m_internal
        found = low_level.ll_pdf_dict_gets(entries, "Contents")
        if low_level.ll_pdf_is_array(found):
            found = [low_level.ll_pdf_array_get(found, at) for at in range(low_level.ll_pdf_array_len(found))]
        else:
            found = [found] if found else []
        if not low_level.ll_pdf_dict_len(entries) or not all(map(low_level.ll_pdf_is_stream, found)):
            raise CorruptFile(f"Page {number} is missing: the PDF is truncated or damaged. Send the whole file.")


def fitting_zoom(width: float, height: float, zoom: float, max_pixels: int) -> float:
    """Pixels per point, at most `zoom`, at which a page of `width` x `height` points has at most `max_pixels`."""
    zoom = min(zoom, math.sqrt(max_pixels / (width * height)))
    # MuPDF rounds each side up to whole pixels.
    while math.ceil(width * zoom) * math.ceil(height * zoom) > max_pixels:
        zoom *= 0.999
    return zoom


def load_mupdf() -> ModuleType:
    """PyMuPDF, with its messages off. Imported on first use: it takes tenths of a second and tens of megabytes."""
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


def _pixels_of(pixmap: pymupdf.Pixmap) -> RGBArray:
    import numpy as np

    rows = np.frombuffer(pixmap.samples_mv, np.uint8).reshape(pixmap.height, pixmap.stride)
    # A copy, because the samples are freed with the pixmap.
    array: RGBArray = rows[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3).copy()
    return array


@contextmanager
def _as_corrupt_file(message: str) -> Iterator[None]:
    """PyMuPDF raises many exceptions on damaged files, including RuntimeError. All become CorruptFile."""
    try:
        yield
    except OCRServiceError:
        raise
    except Exception as error:
        raise CorruptFile(message) from error
