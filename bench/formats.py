"""``python -m bench formats``: how long it takes to convert a long result to each text format.

The result is drawn up, not recognised: pages as dense as in a book, with a heading, paragraphs, a list and a table, and
with the boxes of all words.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import Any

from bench.machine import describe
from services.exports.formats import FORMATS, OUTPUTS, render
from services.exports.result import Result
from services.jobs.result_body import StoredResult, pack_result
from utils.compact_json import dumps

#: Lines of a page, and words of a line.
LINES, WORDS = 50, 10
#: A table of this many rows, with a word in each cell, is at the end of each page.
ROWS, COLUMNS = 8, 5


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench formats")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3, help="the fastest one counts")
    options = parser.parse_args(arguments)
    text = dumps({"pages": [_page(number) for number in range(1, options.pages + 1)], "full_text": ""})
    body = pack_result([text[:-1]])
    print(f"machine   {describe()}")  # noqa: T201
    print(f"result    {options.pages} pages, {len(text) / 2**20:.1f} MB of JSON, {len(body) / 2**20:.1f} MB stored")  # noqa: T201
    for chosen in FORMATS:
        if chosen.name != "json" and chosen.name not in OUTPUTS:
            rounds = [_convert(chosen.name, body) for _ in range(options.rounds)]
            seconds, size = min(rounds)
            print(f"{chosen.name:9} {seconds:6.3f} s  {size / 2**20:6.2f} MB")  # noqa: T201
    return 0


def _convert(name: str, body: bytes) -> tuple[float, int]:
    """Seconds and bytes, from the stored result to the last byte of the format."""
    chosen = next(each for each in FORMATS if each.name == name)
    started = time.perf_counter()
    result = Result(lambda: StoredResult.of(body).as_text({"job_id": ""})[1], "scan.pdf", "en")
    size = sum(len(part) for part in render(result, chosen).parts)
    return time.perf_counter() - started, size


def _page(number: int) -> dict[str, Any]:
    words = random.Random(number)
    lines = [_line([_word(words) for _ in range(WORDS)], 60 * row) for row in range(LINES)]
    paragraphs = [
        {
            "kind": "paragraph",
            "text": " ".join(line["text"] for line in lines[row : row + 5]),
            "lines": [*range(row, row + 5)],
        }
        for row in range(0, LINES, 5)
    ]
    cells = [
        {"row": row, "column": column, "text": _word(words), "rowspan": 1, "colspan": 1, "is_header": not row}
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    table = {"kind": "table", "text": "", "lines": [], "cells": cells}
    page = {"page": number, "text": "\n".join(line["text"] for line in lines), "lines": lines}
    return {**page, "blocks": [*paragraphs, table], "success": True, "width": 2480, "height": 3508, "source": "ocr"}


def _word(letters: random.Random) -> str:
    return "".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=letters.randint(2, 9)))


def _line(words: list[str], top: int) -> dict[str, Any]:
    boxes = [{"text": word, "confidence": 0.98, "bbox": _box(200 * n, top, 180)} for n, word in enumerate(words)]
    return {"text": " ".join(words), "confidence": 0.98, "bbox": _box(0, top, 1980), "words": boxes}


def _box(left: float, top: float, width: float) -> list[list[float]]:
    return [[left, top], [left + width, top], [left + width, top + 40.0], [left, top + 40.0]]
