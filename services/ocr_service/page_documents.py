"""Adds the documents of a page to its result, and hides their numbers if the job asks for that.

This happens before the page leaves the worker, so a masked number is never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from services.errors import OCRServiceError, PageFailed
from services.ocr_service.helpers.text_extractor import Page
from services.ocr_service.options import DocumentOptions
from services.ocr_service.stages import Stages

if TYPE_CHECKING:
    import numpy as np

    from paddleocr_service import Recognition

log = structlog.get_logger(__name__)

#: (picture, polygons, alphabet) -> texts. See `OCREngine.read_codes`.
ReadCodes = Callable[["np.ndarray", Any, str], Sequence[str]]


@dataclass(eq=False)
class PageDocuments:
    """Searches the pages of one document. render: a page by its number as an array (H, W, 3) uint8 RGB, not turned."""

    options: DocumentOptions
    read: Callable[[np.ndarray], Recognition]
    render: Callable[[int], np.ndarray]
    read_codes: ReadCodes
    stages: Stages
    _last: np.ndarray | None = field(init=False, default=None)

    def remember_and_read(self, array: np.ndarray) -> Recognition:
        """`read`, but the array stays available for the search: decoding it again takes as long as the search."""
        self._last = array
        return self.read(array)

    def add_to(self, recognize: Callable[[int], Page]) -> Callable[[int], Page]:
        """A function that recognises a page and adds its documents."""

        def recognize_and_search(number: int) -> Page:
            try:
                page = recognize(number)
                with self.stages.measure("extract"):
                    return self._searched(page)
            finally:
                self._last = None

        return recognize_and_search

    def _searched(self, page: Page) -> Page:
        """Raises PageFailed with another cause: tracebacks and messages of the search may contain document numbers."""
        try:
            return self._with_documents(page)
        except OCRServiceError:
            raise
        except Exception as error:
            place = error.__traceback__
            while place and place.tb_next:
                place = place.tb_next
            line = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
            log.error("the search for documents failed", page=page["page"], error=type(error).__name__, place=line)
            reason = RuntimeError(f"{type(error).__name__} in {line}")
        raise PageFailed() from reason

    def _with_documents(self, page: Page) -> Page:
        from services.extraction.masking import mask_page
        from services.extraction.options import BARCODES, EXTRACT_NAMES, IDS, MASK_NAMES, MRZ, names_in
        from services.extraction.page_search import find_documents

        extract = names_in(self.options.extract, EXTRACT_NAMES)
        mask = names_in(self.options.mask, MASK_NAMES)
        # What is to be hidden has to be found, whether the result reports it or not. Codes of documents have numbers.
        names = extract | ({IDS, MRZ, BARCODES} if mask else set())
        upright: list[np.ndarray] = []

        def picture() -> np.ndarray:
            if not upright:
                upright.append(self._picture(page))
            return upright[0]

        def read_again(boxes: Sequence[Any], alphabet: str) -> Sequence[str]:
            return self.read_codes(picture(), boxes, alphabet)

        from_picture = page["source"] == "ocr"
        found = find_documents(page["lines"], page["page"], names, picture, read_again if from_picture else None)
        page = mask_page(page, found, mask) if mask else {**page, "documents": [each.as_dict() for each in found]}
        page["documents"] = [each for each in page["documents"] if _is_wanted(each["type"], extract)]
        return page

    def _picture(self, page: Page) -> np.ndarray:
        from paddleocr_service.orientation import rotated

        turn = page["orientation"] or 0
        shape = (page["width"], page["height"]) if turn in (90, 270) else (page["height"], page["width"])
        array = self._last if self._last is not None and self._last.shape[:2] == shape else self.render(page["page"])
        return rotated(array, turn) if turn else array


def _is_wanted(kind: str, extract: frozenset[str]) -> bool:
    from services.extraction.options import BARCODE, BARCODES, IDS, MRZ

    return {MRZ: MRZ, BARCODE: BARCODES}.get(kind, IDS) in extract
