"""A region on its way to a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...results import Block
from .paragraphs import Paragraph
from .text_rows import Box, TextRow, joined_box, weighted_median

_MIN_CONFIDENCE = 0.6  # of a line that is text, and no ornament


@dataclass(eq=False)
class Part:
    """A region on its way to a block."""

    kind: str
    rows: list[TextRow]
    box: Box
    confidence: float = 0.9
    level: int | None = None
    marker: str | None = None
    paragraph: Paragraph | None = None
    table: Block | None = None

    def extend(self, rows: Sequence[TextRow]) -> None:
        """Add the rows of another part."""
        self.rows.extend(rows)
        self.box = joined_box([self.box, *(row.box for row in rows)])
        self.__dict__.pop("size", None)
        self.__dict__.pop("text", None)

    @cached_property
    def size(self) -> float:
        return weighted_median([(row.size, len(row.text) + 1.0) for row in self.rows]) if self.rows else 0.0

    @property
    def confident(self) -> bool:
        return any(line.confidence >= _MIN_CONFIDENCE for row in self.rows for line in row.lines)

    @cached_property
    def text(self) -> str:
        return " ".join([row.text for row in self.rows])
