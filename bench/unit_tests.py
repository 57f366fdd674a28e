"""Unit tests of olmOCR-bench: what the text of a page must and must not contain, its order, and cells of tables.

The rules are those of the benchmark (Poznanski et al. 2025, "olmOCR", https://github.com/allenai/olmocr): texts are
compared without markup and with their spaces normalised, and a text matches with up to ``max_diffs`` edits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bench.metrics import edits_by_end

_FURNITURE = {"page_header", "page_footer", "page_number"}
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-"})

Grid = list[list[str]]


def page_text(page: dict[str, Any]) -> str:
    """The text of a page as a reader wants it: paragraphs, without page headers, footers and numbers."""
    return "\n\n".join(block["text"] for block in page["blocks"] if block["kind"] not in _FURNITURE)


def passes(test: dict[str, Any], page: dict[str, Any]) -> bool:
    """Return whether the result of a page passes a test of the kinds present, absent, order and table."""
    text = normalised(page_text(page))
    if test["type"] in ("present", "absent"):
        return _is_present(test, text) == (test["type"] == "present")
    if test["type"] == "order":
        most = test.get("max_diffs", 0)
        before = ends_of(normalised(test["before"]), text, most)
        after = ends_of(normalised(test["after"]), text, most)
        return bool(before and after) and min(before) < max(after)
    return any(_has_cell(test, grid) for grid in _grids(page))


def normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).translate(_QUOTES).split())


def _is_present(test: dict[str, Any], text: str) -> bool:
    wanted = normalised(test["text"])
    if not test.get("case_sensitive", True):
        wanted, text = wanted.lower(), text.lower()
    first, last = test.get("first_n"), test.get("last_n")
    if first or last:
        text = (text[:first] if first else "") + (text[-last:] if last else "")
    return bool(ends_of(wanted, text, test.get("max_diffs", 0)))


def ends_of(wanted: str, text: str, most: int) -> list[int]:
    """Return the positions in a text at which a wanted text ends, with up to ``most`` edits."""
    if not most:
        return [found.end() for found in re.finditer(re.escape(wanted), text)]
    return [int(at) for at in np.flatnonzero(edits_by_end(wanted, text) <= most)]


def _grids(page: dict[str, Any]) -> Iterator[Grid]:
    """The texts of the tables of a page; a cell that spans several places is in each of them."""
    for block in page["blocks"]:
        if block.get("cells"):
            grid = [[""] * block["columns_count"] for _ in range(block["rows_count"])]
            for cell in block["cells"]:
                for row in range(cell["row"], cell["row"] + cell["rowspan"]):
                    for column in range(cell["column"], cell["column"] + cell["colspan"]):
                        grid[row][column] = normalised(cell["text"])
            yield grid
        elif block["kind"] == "table":
            yield [[normalised(page["lines"][at]["text"]) for at in row] for row in block["rows"]]


def _has_cell(test: dict[str, Any], grid: Grid) -> bool:
    wanted = normalised(test["cell"])
    return any(
        value == wanted and _has_neighbours(test, grid, row, column)
        for row, values in enumerate(grid)
        for column, value in enumerate(values)
    )


def _has_neighbours(test: dict[str, Any], grid: Grid, row: int, column: int) -> bool:
    steps = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
    for name, (down, right) in steps.items():
        if name in test and _next_cell(grid, row, column, down, right)[:1] != [normalised(test[name])]:
            return False
    headings = {"top_heading": (-1, 0), "left_heading": (0, -1)}
    return all(
        normalised(test[name]) in _next_cell(grid, row, column, down, right)
        for name, (down, right) in headings.items()
        if name in test
    )


def _next_cell(grid: Grid, row: int, column: int, down: int, right: int) -> Sequence[str]:
    """Return the texts from a cell in one direction, without empty cells."""
    found = []
    while 0 <= row + down < len(grid) and 0 <= column + right < len(grid[row + down]):
        row, column = row + down, column + right
        if grid[row][column]:
            found.append(grid[row][column])
    return found
