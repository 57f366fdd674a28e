"""Indian driving licences: state, office, year of issue, seven digits."""

from __future__ import annotations

import re
from datetime import date

from services.extraction.number_type import Checks, Fields, NumberType
from services.extraction.states import STATE_CODES

#: The first driving licences of India's Motor Vehicles Act are older, but their holders are not.
_FIRST_YEAR = 1950


def _checks(number: str, fields: Fields) -> Checks:
    year = int(number[4:8]) if number[4:8].isdigit() else 0
    return {"format": True, "state": number[:2] in STATE_CODES, "year": _FIRST_YEAR <= year <= date.today().year}


TYPE = NumberType(
    name="driving_licence",
    shapes=("aa9999999999999",),
    checks=_checks,
    own_label=re.compile(r"\bd\.?\s?l\.?\b|licen[cs]e", re.I),
    context=re.compile(r"driving\s*licen|\bdl\s*(no|number)|licen[cs]e\s*(no|number)", re.I),
    fields=("name", "date_of_birth", "date_of_issue", "date_of_expiry"),
)
