"""Files as other interfaces name them: in base64 or by address. `controllers/sources.py` reads bodies."""

from __future__ import annotations

from controllers.sources import Source, UploadedFile, from_base64, from_url
from services import errors
from services.uploads.json_body import LongString


def embedded(text: object, option: str, name: str = "") -> UploadedFile:
    """A file in base64, or a `data:` address of one. option: the client's name for it. Raises InvalidOption."""
    if not isinstance(text, str | LongString):
        raise errors.InvalidOption(f"`{option}` must be a string with the file in base64.", option=option)
    return from_base64(text, name, option)


def from_address(address: object, option: str, name: str = "") -> Source:
    """A file by its address. A `data:` address contains the file; others are fetched by a worker (FETCH_URLS).

    Raises InvalidOption; `submit` raises UrlNotAllowed.
    """
    if isinstance(address, LongString) or (isinstance(address, str) and address[:5].lower() == "data:"):
        return embedded(address, option, name)
    if not isinstance(address, str):
        raise errors.InvalidOption(f"`{option}` must be an address.", option=option)
    return from_url(address, name)
