"""A region on its way to a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...results import Block
from .paragraphs import Paragraph
from .text_rows import Box, TextRow, joined_box, weighted_median

_MIN_CONFIDENCE = 0.6  # of a line that is text, and no ornament


@dataclass(eq=False, slots=True)
class Part:
    """A region on its way to a block. size: its usual type size, 0 without rows. text: its rows, divided by spaces."""

    kind: str
    rows: list[TextRow]
    box: Box
    confidence: float = 0.9
    level: int | None = None
    marker: str | None = None
    paragraph: Paragraph | None = None
    table: Block | None = None
    size: float = field(init=False, default=0.0)
    text: str = field(init=False, default="")

    def __post_init__(self) -> None:
        rows = self.rows
        if len(rows) == 1:
            self.size, self.text = rows[0].size, rows[0].text
        elif rows:
            self.size = weighted_median([(row.size, len(row.text) + 1.0) for row in rows])
            self.text = " ".join([row.text for row in rows])

    def extend(self, rows: Sequence[TextRow]) -> None:
        """Add the rows of another part."""
        self.rows.extend(rows)
        self.box = joined_box([self.box, *(row.box for row in rows)])
        self.__post_init__()

    @property
    def confident(self) -> bool:
        return any(line.confidence >= _MIN_CONFIDENCE for row in self.rows for line in row.lines)
