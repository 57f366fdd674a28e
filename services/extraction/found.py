"""What the search returns: one document on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.extraction.candidates import Span
from services.extraction.page_lines import Box

#: Below this confidence of the reading, a person should compare the number with the picture.
REVIEW_CONFIDENCE = 0.8

#: Codes in `reasons`. They name no part of the number.
CORRECTED = "look_alike_corrected"
MASKED = "masked_on_document"
NO_CHECK = "no_check_digit"
UNSURE = "low_confidence"


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `docs/documents.md` describes the fields. spans: the characters of the number, for masking."""

    type: str
    number: str
    checks: Mapping[str, bool]
    confidence: float
    page: int
    bbox: Box
    lines: Sequence[int]
    fields: Mapping[str, str] = field(default_factory=dict)
    reasons: Sequence[str] = ()
    masked: bool = False
    spans: Sequence[Span] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def valid(self) -> bool | None:
        """Whether all checks passed. None if nothing can be checked: the number is masked, or has no check digit."""
        return None if self.masked or not self.checks else all(self.checks.values())

    @property
    def all_reasons(self) -> list[str]:
        failed = [f"{name}_failed" for name, passed in self.checks.items() if not passed]
        unsure = [UNSURE] if self.confidence < REVIEW_CONFIDENCE else []
        unchecked = [MASKED] if self.masked else [] if self.checks else [NO_CHECK]
        return [*failed, *unchecked, *self.reasons, *unsure]

    def as_dict(self) -> dict[str, Any]:
        """The document as in the JSON result."""
        result = {
            "type": self.type,
            "number": self.number,
            "valid": self.valid,
            "checks": dict(self.checks),
            "fields": dict(self.fields),
            "confidence": round(self.confidence, 4),
            "needs_review": self.valid is not True or self.confidence < REVIEW_CONFIDENCE,
            "reasons": self.all_reasons,
            "page": self.page,
            "bbox": self.bbox,
            "lines": list(self.lines),
        }
        return {**result, **({"masked": True} if self.masked else {}), **self.extra}


def box_around(boxes: Sequence[Box]) -> Box:
    """The polygon of one line, or the upright rectangle around several."""
    if len(boxes) == 1:
        return boxes[0]
    xs, ys = [point[0] for box in boxes for point in box], [point[1] for box in boxes for point in box]
    return [[min(xs), min(ys)], [max(xs), min(ys)], [max(xs), max(ys)], [min(xs), max(ys)]]


def span_box(span: Span) -> Box:
    """The part of a line's polygon that the characters of the span cover, estimated from their share of the line."""
    length = max(1, len(span.line.text))
    a, b, c, d = span.line.bbox
    start, end = span.start / length, span.end / length
    return [_between(a, b, start), _between(a, b, end), _between(d, c, end), _between(d, c, start)]


def _between(a: Sequence[float], b: Sequence[float], share: float) -> list[float]:
    return [round(a[0] + (b[0] - a[0]) * share, 1), round(a[1] + (b[1] - a[1]) * share, 1)]
