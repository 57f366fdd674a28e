"""Programs that find tables. Each reader returns JSON: {page number: tables}, each table as `Rows` of scores.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from bench.tables.scores import Rows


def create_ours(threads: int, layout: str = "auto") -> Callable[[dict], str]:
    """The service's document class, as in a worker."""
    from config import Settings
    from paddleocr_service import OCREngine
    from services.ocr_service.document import OCRService
    from services.ocr_service.options import DocumentOptions

    engine = OCREngine(threads=threads)
    engine.warm_up()
    service = OCRService(engine, Settings.from_env().max_image_pixels)

    def read(request: dict) -> str:
        path = Path(request["path"])
        kind = "pdf" if path.suffix == ".pdf" else "image"
        options = DocumentOptions("en", 300, layout=layout)
        with service.open(path, kind, options) as document:
            pages = [document.recognize(number) for number in document.page_numbers]
        return json.dumps(
            {page["page"]: [_rows(block) for block in page["blocks"] if "cells" in block] for page in pages}
        )

    return read


def _rows(block: dict[str, Any]) -> Rows:
    rows: Rows = [[] for _ in range(block["rows_count"])]
    for cell in block["cells"]:
        rows[cell["row"]].append({name: cell[name] for name in ("text", "rowspan", "colspan", "is_header")})
    return rows


def create_rapid_table(threads: int) -> Callable[[dict], str]:
    """RapidTable with SLANet+, and RapidOCR for the text."""
    from rapid_table import RapidTable
    from rapidocr import RapidOCR

    ocr = RapidOCR(params={"EngineConfig.onnxruntime.intra_op_num_threads": threads, "Global.log_level": "error"})
    model = RapidTable()

    def read(request: dict) -> str:
        found = ocr(request["path"], return_word_box=True)
        if found.txts is None:
            return json.dumps({1: []})
        lines = [list(line) for line in zip(found.boxes.tolist(), found.txts, found.scores, strict=True)]
        return json.dumps({1: _parse(model(request["path"], lines)[0])})

    return read


def create_img2table(threads: int) -> Callable[[dict], str]:
    """img2table with Tesseract; PDFs with their own text."""
    from img2table.document import PDF, Image
    from img2table.ocr import TesseractOCR

    ocr = TesseractOCR(n_threads=threads, lang="eng")

    def read(request: dict) -> str:
        path = request["path"]
        if path.endswith(".pdf"):
            pages = PDF(path).extract_tables(ocr=ocr, borderless_tables=True, implicit_rows=False)
            return json.dumps({page + 1: [_parse(table.html)[0] for table in tables] for page, tables in pages.items()})
        tables = Image(path).extract_tables(ocr=ocr, borderless_tables=True, implicit_rows=False)
        return json.dumps({1: [_parse(table.html)[0] for table in tables]})

    return read


class _TableParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Rows] = []
        self._cell: dict[str, Any] | None = None
        self._in_header = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "thead":
            self._in_header = True
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            spans = {name: int(dict(attrs).get(name) or 1) for name in ("rowspan", "colspan")}
            self._cell = {"text": "", **spans, "is_header": self._in_header or tag == "th"}
            self.tables[-1][-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_header = False
        elif tag in ("td", "th"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell["text"] += data


def _parse(text: str) -> list[Rows]:
    parser = _TableParser()
    parser.feed(text)
    return [[row for row in rows if row] for rows in parser.tables]
