"""Virtual identifiers that stand for an Aadhaar number: sixteen digits, the last one a Verhoeff check digit."""

from __future__ import annotations

import re

from stdnum.in_ import vid

from services.extraction.number_type import Checks, Fields, NumberType


def _checks(number: str, fields: Fields) -> Checks:
    return {"format": number[0] in "23456789", "checksum": vid.is_valid(number)}


TYPE = NumberType(
    name="aadhaar_vid",
    shapes=("9999999999999999",),
    checks=_checks,
    own_label=re.compile(r"\bvid\b|virtual\s*id", re.I),
    context=re.compile(r"\bvid\b|virtual\s*id", re.I),
    checksum=True,
    fields=("name", "date_of_birth", "sex"),
    masked=re.compile(r"(?<![\w*])(?:[xX*•●×]{4}[\s-]*){3}(\d{4})(?!\w)"),
)
