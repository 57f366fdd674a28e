"""Permanent account numbers of the Indian income tax department: five letters, four digits, a letter."""

from __future__ import annotations

import re

from stdnum.in_ import pan

from services.extraction.number_type import Checks, Fields, NumberType

_INDIVIDUAL = "P"


def _checks(number: str, fields: Fields) -> Checks:
    """The fourth letter is the type of holder, the fifth the first letter of the surname or of the firm's name."""
    checks = {"format": True, "holder_type": pan.is_valid(number)}
    if words := re.findall(r"[A-Z]+", fields.get("name", "").upper()):
        named = words[-1] if number[3] == _INDIVIDUAL else words[0]
        checks["surname"] = named[0] == number[4]
    return checks


TYPE = NumberType(
    name="pan",
    shapes=("aaaaa9999a",),
    checks=_checks,
    own_label=re.compile(r"permanent\s*account|\bpan\b|\bpan\s*(no|card|number)", re.I),
    context=re.compile(r"permanent\s*account|income\s*tax|आयकर|\bpan\s*(no|card|number)", re.I),
    fields=("name", "date_of_birth"),
)
