"""The formats of machine-readable zones: ICAO Doc 9303, parts 4 (TD3), 5 (TD1), 6 (TD2) and 7 (visas)."""

from __future__ import annotations

from dataclasses import dataclass

FILLER = "<"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" + FILLER

#: A part of the zone: line, start, end.
Part = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Format:
    """length: characters of a line. layout: what each line holds, one letter for each character:

    a letter or filler, 9 digit or filler, x letter, digit or filler, c check digit, s sex.
    parts: the named parts. checks: for each check digit its place, and the parts that it covers.
    """

    name: str
    first: str
    layout: tuple[str, ...]
    parts: dict[str, Part]
    checks: dict[str, tuple[Part, tuple[Part, ...]]]

    @property
    def length(self) -> int:
        return len(self.layout[0])


def _two_lines(name: str, first: str, length: int, personal_check: bool, composite: bool) -> Format:
    """TD2, TD3 and visas share the start of both lines."""
    optional_end = length - personal_check - composite
    parts = {
        "code": (0, 0, 2), "country": (0, 2, 5), "names": (0, 5, length), "number": (1, 0, 9),
        "nationality": (1, 10, 13), "birth": (1, 13, 19), "sex": (1, 20, 21), "expiry": (1, 21, 27),
        "optional": (1, 28, optional_end),
    }  # fmt: skip
    checks: dict[str, tuple[Part, tuple[Part, ...]]] = {
        "number": ((1, 9, 10), (parts["number"],)),
        "date_of_birth": ((1, 19, 20), (parts["birth"],)),
        "date_of_expiry": ((1, 27, 28), (parts["expiry"],)),
    }
    if personal_check:
        checks["personal_number"] = ((1, optional_end, optional_end + 1), (parts["optional"],))
    if composite:
        checks["composite"] = ((1, length - 1, length), ((1, 0, 10), (1, 13, 20), (1, 21, length - 1)))
    second = "x" * 9 + "c" + "aaa" + "9" * 6 + "c" + "s" + "9" * 6 + "c" + "x" * (optional_end - 28)
    second += "c" * personal_check + "c" * composite
    return Format(name, first, ("a" * 2 + "aaa" + "a" * (length - 5), second), parts, checks)


_TD1 = Format(
    "TD1",
    "ACI",
    ("axaaa" + "x" * 9 + "c" + "x" * 15, "9" * 6 + "c" + "s" + "9" * 6 + "c" + "aaa" + "x" * 11 + "c", "a" * 30),
    {
        "code": (0, 0, 2), "country": (0, 2, 5), "number": (0, 5, 14), "optional": (0, 15, 30), "birth": (1, 0, 6),
        "sex": (1, 7, 8), "expiry": (1, 8, 14), "nationality": (1, 15, 18), "names": (2, 0, 30),
    },
    {
        "number": ((0, 14, 15), ((0, 5, 14),)),
        "date_of_birth": ((1, 6, 7), ((1, 0, 6),)),
        "date_of_expiry": ((1, 14, 15), ((1, 8, 14),)),
        "composite": ((1, 29, 30), ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29))),
    },
)  # fmt: skip
FORMATS = (
    _TD1,
    _two_lines("TD2", "ACIP", 36, personal_check=False, composite=True),
    _two_lines("TD3", "P", 44, personal_check=True, composite=True),
    _two_lines("MRV-A", "V", 44, personal_check=False, composite=False),
    _two_lines("MRV-B", "V", 36, personal_check=False, composite=False),
)


def check_digit(text: str) -> str:
    """The check digit of Doc 9303 part 3, 4.9: weights 7, 3, 1; letters count from 10, the filler 0."""
    total = sum(max(0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(char)) * (7, 3, 1)[index % 3]
                for index, char in enumerate(text))  # fmt: skip
    return str(total % 10)
