"""The Secure QR code of Aadhaar cards: a decimal number that holds compressed personal data, a photograph, a signature.

Format: UIDAI, "User manual for QR code reader". The signature is not verified: that needs UIDAI's certificate.
"""

from __future__ import annotations

import zlib

from services.extraction.dates import dates_in

KIND = "aadhaar_secure_qr"
_MIN_DIGITS = 300
_GZIP = b"\x1f\x8b"
#: Uncompressed codes have a few kilobytes. More is no code of a card.
_MAX_BYTES = 65_536
_SEPARATOR = b"\xff"
_SEXES = {"M": "M", "F": "F", "T": "X"}


def is_secure_qr(text: str) -> bool:
    """Whether the text of a barcode is a Secure QR."""
    return len(text) >= _MIN_DIGITS and text.isascii() and text.isdigit() and _packed(text).startswith(_GZIP)


def decode(text: str) -> tuple[str, dict[str, str]] | None:
    """The masked Aadhaar number, and name, date of birth and sex. None if the data are damaged."""
    try:
        data = zlib.decompressobj(wbits=31).decompress(_packed(text), _MAX_BYTES)
    except zlib.error:
        return None
    values = [value.decode("iso-8859-1") for value in data.split(_SEPARATOR)[:6]]
    if values and values[0].startswith("V"):
        values = values[1:]
    if len(values) < 5 or not values[1][:4].isdigit():
        return None
    _, reference, name, birth, sex = values[:5]
    dates = dates_in(birth)
    fields = {"name": name.strip(), "date_of_birth": dates[0] if dates else "", "sex": _SEXES.get(sex.strip(), "")}
    return "X" * 8 + reference[:4], {key: value for key, value in fields.items() if value}


def _packed(text: str) -> bytes:
    number = int(text) if len(text) < 4000 else _large(text)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _large(text: str) -> int:
    """Python refuses to convert more than 4300 digits at once. A QR code holds at most 7089."""
    shift: int = 10 ** (len(text) - 3500)
    return int(text[:3500]) * shift + int(text[3500:])
