"""Files in base64, decoded while they arrive: with or without padding, line breaks, or a `data:` URL around them.

Both alphabets of RFC 4648 are accepted. What is too large is refused before it is decoded.
"""

from __future__ import annotations

import binascii
import re

from services.errors import PayloadTooLarge
from services.storage import IncomingFile

#: RFC 2397: media type and parameters. Longer prefixes are not looked for.
_DATA_URL = re.compile(rb"data:([^,;]{0,100})((?:;[^,;]{0,100}){0,5}),", re.IGNORECASE)
_MAX_PREFIX = 1000
#: The URL-safe alphabet differs in two characters.
_ALPHABET = bytes.maketrans(b"-_", b"+/")
_SPACE = b" \t\r\n"


class NotBase64(ValueError):
    """The text is not a file. The message says why, for the client, and contains nothing of the text."""


class Allowance:
    """The bytes that the files of one request may still have together."""

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def take(self, size: int) -> None:
        """Raises PayloadTooLarge."""
        self._left -= size
        if self._left < 0:
            raise PayloadTooLarge(f"The request is too large. Its files may have {self._limit} bytes, decoded.")


class Base64Decoder:
    """Decodes text that arrives in pieces into a file."""

    def __init__(self, file: IncomingFile, allowance: Allowance) -> None:
        self._file = file
        self._allowance = allowance
        #: Text that is not decoded yet: less than four characters, or what may be the beginning of a `data:` URL.
        self._rest = b""
        self._begun = self._padded = False

    def feed(self, text: bytes) -> None:
        """Raises NotBase64 or PayloadTooLarge."""
        self._rest += text
        if not self._begun:
            if len(self._rest) < _MAX_PREFIX:
                return
            self._begin()
        self._decode()

    def finish(self) -> None:
        """Call it at the end of the text. Raises NotBase64 or PayloadTooLarge."""
        if not self._begun:
            self._begin()
        self._decode()
        if len(self._rest) == 1:
            raise NotBase64("its end is missing")
        if self._rest:
            self._rest += b"=" * (4 - len(self._rest))
            self._decode()

    def _begin(self) -> None:
        """Cut off the beginning of a `data:` URL."""
        self._begun = True
        self._rest = self._rest.lstrip(_SPACE)
        if self._rest[:5].lower() != b"data:":
            return
        found = _DATA_URL.match(self._rest)
        if not found or b";base64" not in found[2].lower():
            raise NotBase64("the `data:` URL has no `;base64,`")
        self._rest = self._rest[found.end() :]

    def _decode(self) -> None:
        text = self._rest.translate(_ALPHABET, _SPACE)
        if self._padded and text:
            raise NotBase64("something follows its end")
        whole = len(text) // 4 * 4
        block, self._rest = text[:whole], text[whole:]
        self._allowance.take(whole // 4 * 3 - block[-2:].count(b"="))
        try:
            self._file.write(binascii.a2b_base64(block, strict_mode=True))
        except binascii.Error as error:
            raise NotBase64("it has other characters, or ends in the middle") from error
        self._padded = self._padded or block.endswith(b"=")


def decode(text: str, file: IncomingFile, allowance: Allowance) -> None:
    """Decode a whole text into a file. Raises NotBase64 or PayloadTooLarge."""
    decoder = Base64Decoder(file, allowance)
    decoder.feed(text.encode("ascii", "replace"))
    decoder.finish()
