"""Electors' photo identity cards (EPIC) of India: three letters and seven digits, the last one a Luhn check digit."""

from __future__ import annotations

import re

from stdnum.in_ import epic

from services.extraction.number_type import Checks, Fields, NumberType


def _checks(number: str, fields: Fields) -> Checks:
    return {"format": True, "checksum": epic.is_valid(number)}


TYPE = NumberType(
    name="voter_id",
    shapes=("aaa9999999",),
    checks=_checks,
    own_label=re.compile(r"\bepic\b|elector|voter", re.I),
    context=re.compile(r"election\s*commission|elector|voter|निर्वाचन", re.I),
    checksum=True,
    fields=("name", "date_of_birth", "sex"),
)
