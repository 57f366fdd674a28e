"""The table of all formats. To add a format, write one module and add one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from services.exports.result import Result

ZIP = "application/zip"


@dataclass(frozen=True, slots=True)
class Format:
    """needs_source: made from the uploaded file as well as from the result, so only while the file exists.

    module: in this package. Empty for the stored JSON, which needs no conversion.
    """

    name: str
    media_type: str
    extension: str
    needs_source: bool = False
    module: str = ""

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    def implementation(self) -> Any:
        """The module. It is imported when it is first used: most processes use few formats."""
        return import_module(f"services.exports.{self.module}")

    @property
    def export(self) -> Callable[..., Iterator[bytes]]:
        """The function `export` of the module."""
        export: Callable[..., Iterator[bytes]] = self.implementation().export
        return export


@dataclass(frozen=True, slots=True)
class Rendered:
    """A result in a format. content_type: differs from that of the format if several files are packed as a zip."""

    content_type: str
    extension: str
    parts: Iterator[bytes]


XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: In order of preference where a client accepts several of them equally.
FORMATS = (
    Format("json", "application/json", "json"),
    Format("text", "text/plain", "txt", module="plain_text"),
    Format("markdown", "text/markdown", "md", module="markdown"),
    Format("html", "text/html", "html", module="html_page"),
    Format("hocr", "text/html", "hocr", module="hocr"),
    Format("alto", "application/xml", "xml", module="alto"),
    Format("tsv", "text/tab-separated-values", "tsv", module="tsv"),
    Format("csv", "text/csv", "csv", module="csv_tables"),
    Format("xlsx", XLSX_TYPE, "xlsx", module="xlsx"),
    Format("pdf", "application/pdf", "pdf", needs_source=True, module="searchable_pdf"),
    Format("annotated", "image/png", "png", needs_source=True, module="annotated"),
)
BY_NAME = {each.name: each for each in FORMATS}
JSON = BY_NAME["json"]
NAMES = tuple(BY_NAME)
#: Values of the job option `outputs`.
OUTPUTS = tuple(each.name for each in FORMATS if each.needs_source)
#: Most pixels on the longer side of a picture of an annotated page.
MAX_SIDE = 2000
#: Formats that the option `furniture` changes.
WITH_FURNITURE = ("markdown", "html")


def render(result: Result, chosen: Format, furniture: bool = False) -> Rendered:
    """The result in a format that needs neither the source nor the stored JSON."""
    if chosen.name == "csv":
        return _csv(result, chosen)
    options = {"furniture": furniture} if chosen.name in WITH_FURNITURE else {}
    return Rendered(chosen.content_type, chosen.extension, chosen.export(result, **options))


def _csv(result: Result, chosen: Format) -> Rendered:
    """One table is a CSV file; several are a zip of CSV files."""
    module = chosen.implementation()
    tables = module.tables(result)
    if len(tables) > 1:
        return Rendered(ZIP, "zip", module.export_zip(tables))
    return Rendered(chosen.content_type, chosen.extension, module.export_tables(tables))
