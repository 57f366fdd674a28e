"""The text of a page without what lies below painted areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: What stands for a hidden character, see `extraction.masked_areas`.
_HIDDEN = {"X"}


def without_hidden_words(page: Mapping[str, Any]) -> dict[str, Any]:
    """The page without words whose characters are all hidden. Words with a visible end stay."""
    areas = [_bounds(area) for area in page["masked_areas"]]
    if not areas:
        return dict(page)
    lines = []
    for line in page["lines"]:
        if "words" not in line:
            lines.append(line)
            continue
        words = [word for word in line["words"] if not _is_hidden(word, areas)]
        if words:
            lines.append({**line, "words": words})
    return {**page, "lines": lines}


def _is_hidden(word: Mapping[str, Any], areas: Sequence[tuple[float, ...]]) -> bool:
    if set(filter(str.isalnum, word["text"])) != _HIDDEN:
        return False
    left, top, right, bottom = _bounds(word["bbox"])
    x, y = (left + right) / 2, (top + bottom) / 2
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in areas)


def _bounds(polygon: Sequence[Sequence[float]]) -> tuple[float, ...]:
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
