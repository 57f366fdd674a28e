"""Indian passport numbers: a letter and seven digits. `page_search.py` compares them with a machine-readable zone."""

from __future__ import annotations

import re

from services.extraction.number_type import Checks, Fields, NumberType


def _checks(number: str, fields: Fields) -> Checks:
    return {"format": True}


TYPE = NumberType(
    name="passport",
    shapes=("a9999999",),
    checks=_checks,
    own_label=re.compile(r"passport", re.I),
    context=re.compile(r"passport|republic\s*of\s*india|भारत\s*गणराज्य", re.I),
    fields=(
        "surname", "given_names", "name", "date_of_birth", "date_of_issue", "date_of_expiry", "sex", "nationality",
        "place_of_birth",
    ),
)  # fmt: skip
