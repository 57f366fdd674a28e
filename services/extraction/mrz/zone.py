"""A machine-readable zone: from the texts of its lines to a format, check digits and fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from services.extraction.look_alikes import TO_DIGIT, TO_LETTER, look_alike
from services.extraction.mrz.formats import ALPHABET, FILLER, FORMATS, Format, Part, check_digit

#: Characters that are misread fillers.
_FILLERS = str.maketrans({"«": "<<", "‹": "<", "＜": "<", "≤": "<", "(": "<", "{": "<", "[": "<", "〈": "<", "く": "<"})
_IN_FILLERS = re.compile(r"(?<=<<)[KCELS]{1,2}(?=<<)")
#: Fillers that may be missing or added inside a line.
_MAX_REPAIR = 6


@dataclass(frozen=True, slots=True)
class Zone:
    """lines: with look-alike characters corrected. corrected: whether there were any."""

    format: Format
    lines: tuple[str, ...]
    corrected: bool

    def part(self, part: Part) -> str:
        line, start, end = part
        return self.lines[line][start:end]

    @property
    def checks(self) -> dict[str, bool]:
        return {name: _passes(self, name) for name in self.format.checks}

    @property
    def number(self) -> str:
        """The document number. A long one on TD1 continues in the optional data (Doc 9303 part 5, note j)."""
        number = self.part(self.format.parts["number"])
        return (number + _long_number(self)[:-1]).replace(FILLER, "")

    def fields(self, today: date | None = None) -> dict[str, str]:
        """Names, dates as YYYY-MM-DD, nationality, sex. Empty parts and impossible dates are left out."""
        parts, year = self.format.parts, (today or date.today()).year
        surname, _, given = self.part(parts["names"]).rstrip(FILLER).partition(FILLER * 2)
        sex = self.part(parts["sex"])
        found = {
            "surname": _words(surname),
            "given_names": _words(given),
            "number": self.number,
            "nationality": self.part(parts["nationality"]).replace(FILLER, ""),
            "issuing_state": self.part(parts["country"]).replace(FILLER, ""),
            "date_of_birth": _date(self.part(parts["birth"]), latest=year),
            "date_of_expiry": _date(self.part(parts["expiry"]), latest=year + 50),
            "sex": sex if sex in "MF" else "X",
        }
        return {name: value for name, value in found.items() if value}


def best_zone(readings: Sequence[Sequence[str]]) -> Zone | None:
    """The zone with most check digits right. readings: for each line its readings, the most trusted one first."""
    zones = [found for texts in product(*readings) for found in _zones([cleaned(text) for text in texts])]
    # Of equally good ones, the format to which the fewest fillers had to be added.
    best = max(zones, key=lambda found: (sum(found[0].checks.values()) / len(found[0].checks), -found[1]), default=None)
    return best[0] if best else None


def cleaned(text: str) -> str:
    """A line without spaces, in upper case, with misread fillers replaced."""
    text = re.sub(r"\s", "", text).translate(_FILLERS).upper()
    return _IN_FILLERS.sub(lambda match: FILLER * len(match[0]), text)


def _zones(texts: Sequence[str]) -> Iterator[tuple[Zone, int]]:
    """A zone for each format that the texts can have, and the number of fillers that were added or removed."""
    for form in FORMATS:
        if len(form.layout) != len(texts) or not texts[0] or TO_LETTER.get(texts[0][0], texts[0][0]) not in form.first:
            continue
        fitted = [_fitted(text, form.length) for text in texts]
        if all(fitted):
            changes = sum(abs(len(text) - form.length) for text in texts)
            yield _corrected(form, [line for line in fitted if line]), changes


def _fitted(text: str, length: int) -> str | None:
    """The line with fillers added to or removed from its longest run of them, so that its length is right."""
    if any(char not in ALPHABET for char in text):
        return None
    missing = length - len(text)
    if missing == 0:
        return text
    runs = list(re.finditer("<+", text))
    if not runs or (abs(missing) > _MAX_REPAIR and not text.endswith(FILLER)):
        return None
    run = max(runs, key=lambda match: len(match[0]))
    size = len(run[0]) + missing
    if size < 1 or (size < 2 <= len(run[0])):
        return None
    return text[: run.start()] + FILLER * size + text[run.end() :]


def _corrected(form: Format, lines: Sequence[str]) -> Zone:
    """Characters that the layout rules out are replaced by look-alikes; others only if a check digit proves it."""
    fixed = tuple(
        "".join(_to_kind(char, kind) for char, kind in zip(line, layout, strict=True))
        for line, layout in zip(lines, form.layout, strict=True)
    )
    zone = Zone(form, fixed, fixed != tuple(lines))
    return zone if _passes(zone, "number") else _repaired(zone) or zone


def _to_kind(char: str, kind: str) -> str:
    if kind == "a":
        return TO_LETTER.get(char, char)
    if kind in "9c":
        return TO_DIGIT.get(char, char)
    return char


def _repaired(zone: Zone) -> Zone | None:
    """The zone with one look-alike in the document number replaced, so that its check digit and the composite fit.

    The composite check digit covers the number and its check digit. It would not fit a wrong check digit: no look-alike
    changes the sum by five. So one that fits proves the replacement. Of several, the number with the fewest changes
    between letters and digits is taken, because numbers consist of groups of them. None if nothing is proven.
    """
    if "composite" not in zone.format.checks:
        return None
    line, start, end = zone.format.parts["number"]
    text, found = zone.lines[line], []
    for place in range(start, end):
        if other := look_alike(text[place]):
            changed = text[:place] + other + text[place + 1 :]
            candidate = Zone(zone.format, (*zone.lines[:line], changed, *zone.lines[line + 1 :]), True)
            if _passes(candidate, "number") and _passes(candidate, "composite"):
                found.append(candidate)
    found.sort(key=lambda each: _groups(each.lines[line][start:end]))
    if len(found) > 1 and len({_groups(each.lines[line][start:end]) for each in found[:2]}) == 1:
        return None
    return found[0] if found else None


def _groups(text: str) -> int:
    return len(re.findall(r"[A-Z]+|[0-9]+", text))


def _passes(zone: Zone, name: str) -> bool:
    place, parts = zone.format.checks[name]
    text, digit = "".join(zone.part(part) for part in parts), zone.part(place)
    if digit == FILLER:
        if name == "number" and (rest := _long_number(zone)):
            return check_digit(text + FILLER + rest[:-1]) == rest[-1] or check_digit(text + rest[:-1]) == rest[-1]
        return name == "personal_number" and not text.strip(FILLER)
    return check_digit(text) == digit


def _long_number(zone: Zone) -> str:
    """The rest of a document number of more than nine characters, with its check digit. Empty for others."""
    if zone.format.name != "TD1" or zone.lines[0][14] != FILLER:
        return ""
    return zone.part(zone.format.parts["optional"]).partition(FILLER)[0]


def _words(text: str) -> str:
    return " ".join(text.replace(FILLER, " ").split())


def _date(text: str, latest: int) -> str:
    """From YYMMDD. The latest century in which the year is not after `latest`. Empty if it is no date."""
    if not text.isdigit():
        return ""
    year = latest // 100 * 100 + int(text[:2])
    year -= 100 * (year > latest)
    try:
        return date(year, int(text[2:4]), int(text[4:])).isoformat()
    except ValueError:
        return ""
