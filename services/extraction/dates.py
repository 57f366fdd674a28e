"""Dates on documents, to ISO 8601. The day comes before the month, as on all documents that are searched for."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
_SEPARATOR = r"\s*[-/.,\s]\s*"
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{4}})(?!\d)")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})(?!\d)")
_NAMED = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[-/.,\s]*({'|'.join(_MONTHS)})[a-z]*[-/.,\s]*(\d{{4}})(?!\d)", re.I
)


def dates_in(text: str) -> list[str]:
    """The dates of a line from left to right, as YYYY-MM-DD. An impossible date is left out."""
    found: dict[int, str | None] = {}
    for match in _DAY_FIRST.finditer(text):
        found[match.start()] = _iso(int(match[3]), int(match[2]), int(match[1]))
    for match in _YEAR_FIRST.finditer(text):
        found[match.start()] = _iso(int(match[1]), int(match[2]), int(match[3]))
    for match in _NAMED.finditer(text):
        found[match.start()] = _iso(int(match[3]), _MONTHS[match[2].upper()], int(match[1]))
    return [found[start] for start in sorted(found) if found[start]]  # type: ignore[misc]  # None is filtered out


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if 1900 <= year <= 2100 else None
    except ValueError:
        return None
