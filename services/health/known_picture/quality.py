"""How good a reading of the known picture is: by its confidence, its text and its time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import SequenceMatcher
from statistics import fmean

#: What the picture shows: letters and figures that the models of all languages know.
TEXT = "HEALTH CHECK\nInvoice 4207\nTotal 18.95"

LOW, ACCEPTABLE, GOOD = QUALITIES = ("low", "acceptable", "good")
#: The mean of the lines' confidences at or above which the reading is good, or acceptable.
GOOD_CONFIDENCE, ACCEPTABLE_CONFIDENCE = 0.9, 0.7
#: The part of the text, 0 to 1, that has to be right at least. Only the whole of it is good.
ACCEPTABLE_TEXT = 0.8
#: From submission to end, waiting in the queue included. Alone, the picture takes a fraction of a second.
GOOD_SECONDS, ACCEPTABLE_SECONDS = 5.0, 10.0


@dataclass(frozen=True, slots=True)
class Reading:
    """How the known picture was read. What could not be found out is None; `reasons` says why it is not good."""

    quality: str
    checked_at: str
    confidence: float | None = None
    text_matches: bool | None = None
    latency_ms: int | None = None
    queue_depth: int | None = None
    load: float | None = None
    reasons: list[str] = field(default_factory=list)


def judge(result: dict, seconds: float, **known: object) -> Reading:
    """The reading of a result document that took `seconds`."""
    confidence = fmean([line["confidence"] for line in result["lines"]] or [0.0])
    found, expected = result["text"].split(), TEXT.split()
    right = SequenceMatcher(None, " ".join(found), " ".join(expected), autojunk=False).ratio()
    grades = {
        f"The confidence is {confidence:.2f}.": _grade(confidence, GOOD_CONFIDENCE, ACCEPTABLE_CONFIDENCE),
        f"Of the text {right:.0%} is right.": GOOD if found == expected else _grade(right, 2, ACCEPTABLE_TEXT),
        f"The reading took {seconds:.1f} s.": _grade(-seconds, -GOOD_SECONDS, -ACCEPTABLE_SECONDS),
    }
    return Reading(
        quality=min(grades.values(), key=QUALITIES.index),
        checked_at=_now(),
        confidence=round(confidence, 4),
        text_matches=found == expected,
        latency_ms=round(seconds * 1000),
        reasons=[reason for reason, grade in grades.items() if grade != GOOD],
        **known,
    )


def low(reason: str, **known: object) -> Reading:
    """A reading that could not be had, or not in time."""
    return Reading(quality=LOW, checked_at=_now(), reasons=[reason], **known)


def _grade(value: float, good: float, acceptable: float) -> str:
    return GOOD if value >= good else ACCEPTABLE if value >= acceptable else LOW


def _now() -> str:
    return datetime.now(UTC).isoformat()
