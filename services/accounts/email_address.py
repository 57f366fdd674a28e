"""E-mail addresses: one form for each, so that an address has one account."""

from __future__ import annotations

import re
import unicodedata

from services.errors import InvalidOption

#: The parts of an address as RFC 5321 limits them. A quoted local part is not accepted.
MAX_LENGTH, MAX_LOCAL = 254, 64
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def normalised(address: str) -> str:
    """Without spaces around it, in lower case, with the domain in ASCII. Raises InvalidOption."""
    local, at, domain = unicodedata.normalize("NFKC", address.strip()).casefold().rpartition("@")
    try:
        domain = domain.removesuffix(".").encode("idna").decode()
    except UnicodeError:
        domain = ""
    whole = f"{local}@{domain}"
    if not at or len(whole) > MAX_LENGTH or len(local) > MAX_LOCAL or not _LOCAL.fullmatch(local):
        raise InvalidOption("The option `email` is not an e-mail address.", option="email")
    if not _DOMAIN.fullmatch(domain):
        raise InvalidOption("The option `email` is not an e-mail address: its domain is not valid.", option="email")
    return whole
