"""The result document of a job, written page by page: its pages may not fit into memory together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from paddleocr_service import EngineInfo
from services.errors import OCRServiceError, ResultTooLarge
from services.ocr_service.continued_tables import ContinuedTables
from services.ocr_service.helpers.text_extractor import Page
from services.ocr_service.options import DocumentOptions
from services.ocr_service.result_limits import LIMITS
from utils.compact_json import dumps

#: Fields of a page that are the result of a picture with one frame.
PICTURE_FIELDS = ("text", "lines", "blocks", "width", "height", "orientation", "warnings")
#: The same, of some pages.
PICTURE_EXTRAS = ("masked_areas",)


@dataclass(eq=False)
class ResultDocument:
    """The result document of a job, without the fields of the job itself (id, file name, …).

    A page that does not fit into the limit of a job fails alone.
    """

    kind: str
    page_count: int
    engine: EngineInfo
    options: DocumentOptions
    seconds: float
    #: {code, title, detail} of each failed page. Complete when `parts` has ended.
    errors: list[dict[str, str]] = field(init=False, default_factory=list)
    #: What the pages found, if the job extracts documents. The result lists them together.
    documents: list[dict[str, Any]] = field(init=False, default_factory=list)
    #: The languages of the pages, in the order in which they were found.
    _langs: dict[str, None] = field(init=False, default_factory=dict)

    def parts(self, pages: Iterable[Page]) -> Iterator[bytes]:
        """JSON text in UTF-8, without the closing brace of the object."""
        checked = self._checked(pages)
        if self.kind == "image" and self.page_count == 1:
            (page, _), *_ = checked
            chosen = {
                name: page[name] for name in (*PICTURE_FIELDS, *(name for name in PICTURE_EXTRAS if name in page))
            }
            yield dumps({**chosen, **self._common()})[:-1]
            return
        texts: list[str] = []
        before = b'{"pages":['
        for page, packed in checked:
            texts += [page["text"]] if page["text"] else []
            yield before + packed
            before = b","
        document: dict[str, Any] = {"full_text": "\n\n".join(texts), "total_pages": self.page_count}
        if self.kind == "pdf":
            document["processing_dpi"] = self.options.dpi
        yield b"]," + dumps({**document, **self._common()})[1:-1]

    def _checked(self, pages: Iterable[Page]) -> Iterator[tuple[Page, bytes]]:
        """Each page and its JSON text, or an error if the document would become too large."""
        size, tables = 0, ContinuedTables()
        for stored in pages:
            # Some fields are absent in pages stored by an older version.
            page = {"blocks": [], "orientation": 0, "lang": None, "warnings": [], "fields": [], **stored}
            documents = page.pop("documents", [])
            tables.mark(page)
            if page["text"]:  # an empty page does not show its language
                self._langs |= dict.fromkeys((page["lang"] or self.options.lang).split("+"))
            if self.options.detail != "word":
                _drop_words(page)
            packed = dumps(page)
            if size + len(packed) > LIMITS.job_bytes:
                detail = f"With this page, the result of the document is larger than {LIMITS.job_bytes} bytes."
                page = failed_page(page["page"], ResultTooLarge(f"{detail} {ResultTooLarge.remedy}"))
                packed, documents = dumps(page), []
            size += len(packed)
            self.documents += documents
            if not page["success"]:
                self.errors.append(page["error"])
            yield page, packed

    def _common(self) -> dict[str, Any]:
        engine = self.engine
        return {
            "success": len(self.errors) < self.page_count,
            "processing_time_seconds": round(self.seconds, 3),
            "engine": {"name": engine.name, "runtime": engine.runtime, "models": list(engine.models)},
            "lang": "+".join(self._langs) or self.options.lang,
            **({"documents": self.documents} if self.options.extract else {}),
        }


def _drop_words(page: Page) -> None:
    """They were only needed for the generated files."""
    for line in page["lines"]:
        line.pop("words", None)


def failed_page(number: int, error: OCRServiceError) -> Page:
    """The result of a page that failed while the rest of the document goes on."""
    return {
        "page": number,
        "text": "",
        "lines": [],
        "blocks": [],
        "success": False,
        "width": None,
        "height": None,
        "orientation": None,
        "lang": None,
        "source": "ocr",
        "warnings": [],
        "fields": [],
        "error": error.as_dict(),
    }
