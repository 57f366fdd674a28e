"""Reads JSON bodies that contain files in base64. Files go to the disk while they arrive, so no process holds one.

A long string is decoded as a file, wherever it is in the document. Everything else is small and parsed as a whole.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from services.errors import MalformedRequest, PayloadTooLarge
from services.storage import IncomingFile
from services.uploads.base64_file import Allowance, Base64Decoder, NotBase64

#: Strings of at least so many bytes are files. A short file stays a string.
LONG_BYTES = 4096
#: Bytes of the document without its files.
MAX_SMALL_BYTES = 1 << 20
#: A body may have so many times the bytes of its files: base64 takes 4/3, and JSON may escape some of its characters.
SIZE_FACTOR = 1.5
_CHUNK_BYTES = 1 << 16
#: What a string consists of, up to its end or to an escape sequence that is not complete yet.
_STRING = re.compile(rb'[^"\\]*+(?:\\(?:u[0-9a-fA-F]{4}|[^u])[^"\\]*+)*+')
#: Bytes of the longest escape sequence.
_ESCAPE_BYTES = 6


@dataclass(frozen=True, slots=True)
class LongString:
    """A long string of the document. error: why it is not a file in base64, or empty."""

    content: IncomingFile
    error: str = ""


def read_json_body(
    stream: BinaryIO, receive: Callable[[], IncomingFile], max_bytes: int, max_files: int
) -> dict[str, Any]:
    """The document, with each of its long strings as a `LongString`.

    receive: makes a new file. max_bytes: of all files together, decoded. Raises MalformedRequest or PayloadTooLarge.
    """
    reader = _Reader(receive, Allowance(max_bytes), max_files)
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            reader.feed(chunk)
        document = reader.document()
    except (ValueError, RecursionError) as error:  # RecursionError: thousands of nested brackets
        raise MalformedRequest("The body must be a JSON object in UTF-8.") from error
    if not isinstance(document, dict):
        raise MalformedRequest("The body must be a JSON object in UTF-8.")
    return document


class _Reader:
    """Copies the document, and replaces each long string by a mark that no client can guess."""

    def __init__(self, receive: Callable[[], IncomingFile], allowance: Allowance, max_files: int) -> None:
        self._receive = receive
        self._allowance = allowance
        self._max_files = max_files
        self._small = bytearray()
        self._mark = secrets.token_hex(16)
        self._long: list[_LongText] = []
        #: The string that is being read: its beginning, or the file that it is.
        self._string: bytearray | _LongText | None = None
        self._incomplete = b""

    def feed(self, chunk: bytes) -> None:
        """Raises ValueError or PayloadTooLarge."""
        data, position = self._incomplete + chunk, 0
        self._incomplete = b""
        while position < len(data):
            position = self._outside(data, position) if self._string is None else self._inside(data, position)

    def document(self) -> Any:
        """Raises ValueError."""
        if self._string is not None:
            raise ValueError("the document ends in a string")
        return self._with_files(json.loads(self._small.decode()))

    def _outside(self, data: bytes, position: int) -> int:
        quote = data.find(b'"', position)
        end = len(data) if quote < 0 else quote + 1
        self._add_small(data[position:end])
        if quote >= 0:
            self._string = bytearray()
        return end

    def _inside(self, data: bytes, position: int) -> int:
        found = _STRING.match(data, position)
        assert found and self._string is not None
        end = found.end()
        self._add_to_string(data[position:end])
        if end == len(data):
            return end
        if data[end] == ord('"'):
            self._end_string()
            return end + 1
        if len(data) - end >= _ESCAPE_BYTES:
            raise ValueError("not an escape sequence")
        self._incomplete = data[end:]
        return len(data)

    def _add_to_string(self, piece: bytes) -> None:
        if isinstance(self._string, bytearray):
            self._string += piece
            if len(self._string) < LONG_BYTES:
                return
            if len(self._long) == self._max_files:
                raise PayloadTooLarge(f"The request has more than {self._max_files} files. Nothing was accepted.")
            piece = bytes(self._string)
            self._string = _LongText(self._receive(), self._allowance)
            self._long.append(self._string)
        assert self._string is not None
        self._string.feed(piece)

    def _end_string(self) -> None:
        if isinstance(self._string, _LongText):
            self._string.finish()
            self._add_small(f'{self._mark}{len(self._long) - 1}"'.encode())
        elif self._string is not None:
            self._add_small(bytes(self._string) + b'"')
        self._string = None

    def _add_small(self, piece: bytes) -> None:
        self._small += piece
        if len(self._small) > MAX_SMALL_BYTES:
            raise PayloadTooLarge(f"The request is too large. Without its files it may have {MAX_SMALL_BYTES} bytes.")

    def _with_files(self, value: Any) -> Any:
        if isinstance(value, dict):
            if any(name.startswith(self._mark) for name in value):
                raise ValueError("a name is too long")
            return {name: self._with_files(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._with_files(each) for each in value]
        if isinstance(value, str) and value.startswith(self._mark):
            return self._long[int(value.removeprefix(self._mark))].result()
        return value


class _LongText:
    """A long string while it arrives. Once it turns out not to be base64, the rest of it is skipped."""

    def __init__(self, content: IncomingFile, allowance: Allowance) -> None:
        self._content = content
        self._decoder = Base64Decoder(content, allowance)
        self._error = ""

    def feed(self, piece: bytes) -> None:
        if not self._error:
            self._attempt(lambda: self._decoder.feed(_unescaped(piece)))

    def finish(self) -> None:
        if not self._error:
            self._attempt(self._decoder.finish)

    def result(self) -> LongString:
        return LongString(self._content, self._error)

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except NotBase64 as error:
            self._error = str(error)


def _unescaped(piece: bytes) -> bytes:
    if b"\\" not in piece:
        return piece
    text: str = json.loads(b'"' + piece + b'"')
    return text.encode("ascii", "replace")
