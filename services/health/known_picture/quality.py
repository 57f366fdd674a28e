"""Grades how well the known picture was read: by confidence, text and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import SequenceMatcher
from statistics import fmean
from typing import Any

#: The text in the picture: only letters and digits that the models of all languages know.
TEXT = "HEALTH CHECK\nInvoice 4207\nTotal 18.95"

LOW, ACCEPTABLE, GOOD = QUALITIES = ("low", "acceptable", "good")
#: Minimum mean confidence of the lines.
GOOD_CONFIDENCE, ACCEPTABLE_CONFIDENCE = 0.9, 0.7
#: Minimum share of correct text, 0 to 1. Only the complete text is good.
ACCEPTABLE_TEXT = 0.8
#: Maximum time from submission to end, including the wait in the queue. An idle service takes a fraction of a second.
GOOD_SECONDS, ACCEPTABLE_SECONDS = 5.0, 10.0


@dataclass(frozen=True, slots=True)
class QualityReport:
    """How well the known picture was read. An unknown value is None."""

    quality: str
    checked_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    confidence: float | None = None
    text_matches: bool | None = None
    latency_ms: int | None = None
    #: Units that wait, and units that wait or run per worker process.
    queue_depth: int | None = None
    load: float | None = None
    #: Why the quality is not good.
    reasons: list[str] = field(default_factory=list)


def grade_result(result: dict[str, Any], seconds: float) -> QualityReport:
    """Grade a result document that took `seconds`. The worst of the three grades counts."""
    confidence = fmean([line["confidence"] for line in result["lines"]] or [0.0])
    found, expected = result["text"].split(), TEXT.split()
    correct = SequenceMatcher(None, " ".join(found), " ".join(expected), autojunk=False).ratio()
    grades = {
        f"The confidence is {confidence:.2f}.": _grade(confidence, GOOD_CONFIDENCE, ACCEPTABLE_CONFIDENCE),
        f"{correct:.0%} of the text is correct.": GOOD if found == expected else _grade(correct, 2, ACCEPTABLE_TEXT),
        f"The check took {seconds:.1f} s.": _grade(-seconds, -GOOD_SECONDS, -ACCEPTABLE_SECONDS),
    }
    return QualityReport(
        quality=min(grades.values(), key=QUALITIES.index),
        confidence=round(confidence, 4),
        text_matches=found == expected,
        latency_ms=round(seconds * 1000),
        reasons=[reason for reason, grade in grades.items() if grade != GOOD],
    )


def low_quality(reason: str) -> QualityReport:
    """The report of a check without a result."""
    return QualityReport(LOW, reasons=[reason])


def _grade(value: float, good: float, acceptable: float) -> str:
    return GOOD if value >= good else ACCEPTABLE if value >= acceptable else LOW
