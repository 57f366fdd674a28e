"""Aadhaar numbers: twelve digits, the last one a Verhoeff check digit."""

from __future__ import annotations

import re

from stdnum.in_ import aadhaar

from services.extraction.number_type import Checks, Fields, NumberType


def _checks(number: str, fields: Fields) -> Checks:
    return {"format": number[0] in "23456789", "checksum": aadhaar.is_valid(number)}


TYPE = NumberType(
    name="aadhaar",
    shapes=("999999999999",),
    checks=_checks,
    own_label=re.compile(r"aad?haa?r|\buid(ai)?\b|आधार", re.I),
    context=re.compile(
        r"aad?haa?r|uidai|unique\s*identification|आधार|भारत\s*सरकार|gov(t|ernment)\.?\s*of\s*india", re.I
    ),
    checksum=True,
    fields=("name", "date_of_birth", "sex"),
    masked=re.compile(r"(?<![\w*])(?:[xX*•●×]{4}[\s-]*){2}(\d{4})(?!\w)"),
)
