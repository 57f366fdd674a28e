"""API keys: `pocr_`, 256 random bits in base 62, and a checksum of six characters.

Secret scanners recognise the prefix and verify the checksum, which is the CRC-32 of the random part, as in the tokens
of GitHub. A key is stored as its SHA-256 only: it is random, so a slow password hash would add nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib

PREFIX = "pocr_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
#: 43 digits in base 62 hold 256 bits, and 6 digits hold 32 bits.
RANDOM_LENGTH, CHECKSUM_LENGTH = 43, 6
LENGTH = len(PREFIX) + RANDOM_LENGTH + CHECKSUM_LENGTH


def new_access_key() -> str:
    body = _base62(secrets.randbits(256), RANDOM_LENGTH)
    return PREFIX + body + checksum(body)


def checksum(body: str) -> str:
    """Of the random part of a key."""
    return _base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def is_well_formed(text: str) -> bool:
    """Whether the text could be an access key. For scanners; a server must look it up in any case."""
    body, check = text[len(PREFIX) : -CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    return text.startswith(PREFIX) and len(text) == LENGTH and checksum(body) == check


def digest(key: str) -> str:
    """What is stored instead of a key."""
    return hashlib.sha256(key.encode("latin-1", "replace")).hexdigest()


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, remainder = divmod(number, 62)
        digits.append(_DIGITS[remainder])
    return "".join(reversed(digits))
