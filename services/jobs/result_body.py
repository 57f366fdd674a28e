"""How results and pages are stored: as compressed JSON. A web process sends a stored result without unpacking it.

A response is the stored result with fields of the job. To build it without parsing, a result is stored as a zlib stream
in which the closing brace of the JSON object is a block of its own, followed by a trailer:

    zlib header, deflate blocks of `{"pages": [...], ...`, the block of `}`, Adler-32, trailer

The response leaves out everything from the block of `}` on and continues with a block of its own, such as
`, "job_id": "..."}`. With the checksum and the length in the trailer, the whole is a valid gzip stream.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from utils.compact_json import dumps

#: A result or a page as JSON.
Document = dict[str, Any]
#: Bytes of a stored result that are read at a time, and of its text that are unpacked at a time.
CHUNK = 256 * 1024

_HEADER_BYTES = 2
#: The block of `}` and the checksum after it.
_END_BYTES = 3 + 4
#: CRC-32 and length of the text before `}`, and a mark. Bodies stored by older versions have no trailer.
_TRAILER = struct.Struct("<II4s")
_MARK = b"open"
TAIL_BYTES = _END_BYTES + _TRAILER.size
#: Of a gzip stream without a name and a time (RFC 1952).
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def pack(document: Document) -> bytes:
    return pack_json(dumps(document))


def pack_json(text: bytes) -> bytes:
    return zlib.compress(text, 1)


def unpack(body: bytes) -> Document:
    return cast(Document, json.loads(unpack_json(body)))


def unpack_json(body: bytes) -> bytes:
    return zlib.decompress(body)


def pack_result(parts: Iterable[bytes]) -> bytes:
    """Parts: the JSON text of an object with at least one field, without its closing brace."""
    compressor = zlib.compressobj(1)
    packed, checksum, length = bytearray(), 0, 0
    for part in parts:
        packed += compressor.compress(part)
        checksum, length = zlib.crc32(part, checksum), length + len(part)
    packed += compressor.flush(zlib.Z_SYNC_FLUSH)
    packed += compressor.compress(b"}") + compressor.flush()
    return bytes(packed) + _TRAILER.pack(checksum, length, _MARK)


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A stored result whose parts are read when they are sent.

    chunks: the stored bytes, in order. size: their number. tail: the last `TAIL_BYTES` of them.
    """

    chunks: Iterable[bytes]
    size: int
    tail: bytes

    @classmethod
    def of(cls, body: bytes) -> StoredResult:
        """A body that was read as a whole."""
        if not is_open(body):  # stored by an older version
            body = pack_result([zlib.decompress(body)[:-1]])
        return cls([body], len(body), body[-TAIL_BYTES:])

    def as_gzip(self, fields: Document) -> tuple[int, Iterator[bytes]]:
        """Length and parts of a gzip stream of the result with these further fields, at most 64 kB."""
        checksum, length, _ = self._trailer
        last = _last_part(fields)
        # The last block is not compressed: a compressor for so little takes longer than all the rest.
        end = struct.pack("<BHH", 1, len(last), len(last) ^ 0xFFFF) + last
        end += struct.pack("<II", zlib.crc32(last, checksum), (length + len(last)) & 0xFFFFFFFF)
        total = len(_GZIP_HEADER) + self.size - _HEADER_BYTES - TAIL_BYTES + len(end)
        return total, _joined(_GZIP_HEADER, self._blocks(), end)

    def as_text(self, fields: Document) -> tuple[int, Iterator[bytes]]:
        """Length and parts of the JSON text of the result with these further fields."""
        last = _last_part(fields)
        return self._trailer[1] + len(last), _joined(b"", self._text(), last)

    @property
    def _trailer(self) -> tuple[int, int, bytes]:
        return cast(tuple[int, int, bytes], _TRAILER.unpack(self.tail[_END_BYTES:]))

    def _blocks(self) -> Iterator[bytes]:
        """The deflate blocks of the text without its closing brace."""
        skip, left = _HEADER_BYTES, self.size - _HEADER_BYTES - TAIL_BYTES
        for chunk in self.chunks:
            part = chunk[skip : skip + left]
            skip, left = 0, left - len(part)
            yield part

    def _text(self) -> Iterator[bytes]:
        decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
        for packed in self._blocks():
            while packed:
                yield decompressor.decompress(packed, CHUNK)
                packed = decompressor.unconsumed_tail
        yield decompressor.flush()


def is_open(body: bytes) -> bool:
    """Whether the body (or its tail) was stored by `pack_result`."""
    return body.endswith(_MARK)


def _last_part(fields: Document) -> bytes:
    return b"," + dumps(fields)[1:]


def _joined(first: bytes, parts: Iterator[bytes], last: bytes) -> Iterator[bytes]:
    """Each part is sent on its own, so small results are joined into one part."""
    buffer = bytearray(first)
    for part in parts:
        buffer += part
        if len(buffer) >= CHUNK:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer + last)
