"""Options of docling-serve: those of a job, and in which formats the result is wanted."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from controllers.compat import jobs, options
from services.errors import InvalidOption, JobNotFound
from services.jobs.planner import KINDS
from services.ocr_service.options import DocumentOptions

#: Values of `to_formats`, and the letter of each in the id of a task.
FORMATS = {"md": "m", "json": "j", "html": "h", "text": "t"}
IN_BODY = "inbody"
#: The client of docling-serve asks for this first. It looks for the words of this message.
PRESIGNED = "presigned_url"
_NO_ARTIFACTS = (
    "The target `presigned_url` requires artifact storage to be configured. This service has none. Use `inbody`."
)
#: Names of `from_formats` for the kinds of files of this service.
_KINDS = {"pdf": "pdf", "image": "image"}
_HONOURED = (
    *("from_formats", "to_formats", "target_type", "do_ocr", "force_ocr", "ocr_lang", "page_range"),
    *("do_table_structure", "md_page_break_placeholder"),
)
_WITHOUT_EFFECT = {
    "image_export_mode": "placeholder",
    "pipeline": "standard",
    "ocr_engine": "auto",
    "ocr_preset": "auto",
    "abort_on_error": False,
    "include_images": False,
    "include_page_images": False,
    **{f"do_{name}": False for name in ("code_enrichment", "formula_enrichment", "picture_classification")},
    **{f"do_{name}": False for name in ("picture_description", "chart_extraction", "pdf_heading_hierarchy")},
}
#: A range up to this page has no end: clients send the largest number of their language.
_LAST_PAGE = 999_999
_MAX_PLACEHOLDER = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """formats: keys of FORMATS. page_break: text between two pages in Markdown; may be empty."""

    formats: tuple[str, ...] = ("md",)
    page_break: str = ""

    def task_id(self, job_id: str) -> str:
        """An id that says how the result is wanted as well: the request that fetches it does not."""
        letters = "".join(FORMATS[name] for name in self.formats)
        packed = base64.urlsafe_b64encode(self.page_break.encode("utf-8", "surrogatepass")).decode().rstrip("=")
        return ".".join(filter(None, (job_id, letters, packed)))

    @classmethod
    def of_task(cls, task_id: str) -> tuple[str, Wanted]:
        """The id of the job, and how its result is wanted. Raises JobNotFound."""
        job_id, *rest = task_id.split(".")
        letters, packed = (*rest, "", "")[:2]
        formats = tuple(name for name, letter in FORMATS.items() if letter in letters)
        try:
            page_break = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-8", "surrogatepass")
        except (binascii.Error, ValueError) as error:
            raise JobNotFound() from error
        return job_id, cls(formats or tuple(FORMATS), page_break)


@dataclass(frozen=True, slots=True)
class Conversion:
    """kinds: accepted kinds of files. first_page: the first page to convert, from 1."""

    job: DocumentOptions
    wanted: Wanted
    kinds: tuple[str, ...]
    first_page: int = 1

    def up_to(self, last_page: int) -> Conversion:
        """The same for a document that ends before its page range does."""
        pages = "" if self.first_page == 1 else f"{self.first_page}-{last_page}"
        return replace(self, job=replace(self.job, pages=pages))


def conversion(given: Mapping[str, Any]) -> Conversion:
    """Raises InvalidOption, UnknownLanguage or ModelUnavailable."""
    _check_target(options.text(given, "target_type", IN_BODY))
    options.note_others(given, _HONOURED, _WITHOUT_EFFECT)
    changes: dict[str, str] = {}
    if options.flag(given, "force_ocr"):
        changes["mode"] = "ocr"
    elif not options.flag(given, "do_ocr", default=True):
        changes["mode"] = "text"
    if not options.flag(given, "do_table_structure", default=True):
        changes["layout"] = "off"
    if languages := [str(name) for name in options.many(given, "ocr_lang") if name]:
        changes["lang"] = "auto" if languages in (["auto"], ["mul"]) else "+".join(languages)
    first, last = _page_range(given)
    if (first, last) != (1, _LAST_PAGE):
        changes["pages"] = f"{first}-{last}"
    return Conversion(jobs.options(**changes), _wanted(given), _kinds(given), first)


def _check_target(name: str) -> None:
    if name == PRESIGNED:
        raise InvalidOption(_NO_ARTIFACTS, option="target")
    if name != IN_BODY:
        raise InvalidOption(f"The target `{name[:64]}` is not supported. Use `{IN_BODY}`.", option="target")


def _wanted(given: Mapping[str, Any]) -> Wanted:
    formats = [str(name) for name in options.many(given, "to_formats")] or ["md"]
    for name in formats:
        if name not in FORMATS:
            raise InvalidOption(
                f"`to_formats` cannot contain `{name[:64]}`. Choose from: {', '.join(FORMATS)}.", option="to_formats"
            )
    page_break = options.text(given, "md_page_break_placeholder")
    if len(page_break) > _MAX_PLACEHOLDER:
        raise InvalidOption(f"`md_page_break_placeholder` has more than {_MAX_PLACEHOLDER} characters.")
    return Wanted(tuple(dict.fromkeys(formats)), page_break)


def _kinds(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Other formats that `from_formats` may contain do not matter: a file of them is rejected anyway."""
    names = options.many(given, "from_formats")
    return tuple(kind for kind in KINDS if _KINDS.get(kind) in names) or KINDS if names else KINDS


def _page_range(given: Mapping[str, Any]) -> tuple[int, int]:
    pages = options.whole_numbers(given, "page_range")
    if not pages:
        return 1, _LAST_PAGE
    if len(pages) != 2 or not 1 <= pages[0] <= pages[1]:
        raise InvalidOption("`page_range` must be the first and the last page, from 1.", option="page_range")
    return min(pages[0], _LAST_PAGE), min(pages[1], _LAST_PAGE)
