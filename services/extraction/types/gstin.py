"""Identification numbers of the Indian goods and services tax, with a check character."""

from __future__ import annotations

import re

from stdnum.in_ import gstin

from services.extraction.number_type import Checks, Fields, NumberType

_DIGIT, _LETTER, _GAP = r"[\dOQDILZSGB]", r"[A-Z012568]", r"[\s-]*"
#: No more than three of its seven letters may be look-alikes: a column of years is no number.
_LETTERS = r"(?=(?:[\d\s-]*[A-Z]){4})"
_PARTS = [_DIGIT] * 2 + [_LETTER] * 5 + [_DIGIT] * 4 + [_LETTER, r"\w", "[Z2]", r"\w"]
_PROVEN = re.compile(_LETTERS + _GAP.join(_PARTS), re.I)


def _checks(number: str, fields: Fields) -> Checks:
    return {"format": True, "checksum": gstin.is_valid(number)}


TYPE = NumberType(
    name="gstin",
    shapes=("99aaaaa9999axZx",),
    checks=_checks,
    own_label=re.compile(r"gst", re.I),
    context=re.compile(r"\bgst", re.I),
    proven=_PROVEN,
    checksum=True,
    fields=("enterprise",),
)
