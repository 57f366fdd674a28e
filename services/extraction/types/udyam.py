"""Udyam registrations of Indian enterprises: `UDYAM-`, state, district, seven digits."""

from __future__ import annotations

import re

from services.extraction.number_type import Checks, Fields, NumberType
from services.extraction.states import STATE_CODES


def _checks(number: str, fields: Fields) -> Checks:
    return {"format": True, "state": number[5:7] in STATE_CODES}


TYPE = NumberType(
    name="udyam",
    shapes=("UDYAMaa999999999",),
    checks=_checks,
    own_label=re.compile(r"udyam", re.I),
    context=re.compile(r"udyam", re.I),
    proven=re.compile(r"udyam", re.I),
    fields=("enterprise", "date_of_registration"),
    normal=lambda number: f"{number[:5]}-{number[5:7]}-{number[7:9]}-{number[9:]}",
)
