"""Read the key-value metadata of an ONNX file without loading its network.

An ONNX file is a protobuf message ``ModelProto``; field 14 repeats ``StringStringEntryProto`` (1: key, 2: value).
Source: onnx/onnx.proto of the ONNX project. Walking the top-level fields skips the weights without reading them.
"""

from __future__ import annotations

import mmap
from pathlib import Path

_METADATA_FIELD = 14
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


def read_metadata(path: Path) -> dict[str, str]:
    """Metadata of the ONNX file at ``path``. Raises ValueError where the file is not a protobuf message."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        entries = [dict(_fields(entry)) for number, entry in _fields(data) if number == _METADATA_FIELD]
    return {entry[1].decode(): entry[2].decode() for entry in entries}


def _fields(data):
    """Yield (field number, value) of one message; value is bytes for strings and messages, None for numbers."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            _, position = _varint(data, position)
            yield number, None
        elif kind == _LENGTH:
            size, position = _varint(data, position)
            # The graph (field 7 of ModelProto) is nearly the whole file: give its bytes to nobody.
            yield number, b"" if size > 4 << 20 else bytes(data[position : position + size])
            position += size
        elif kind in (_FIXED64, _FIXED32):
            position += 8 if kind == _FIXED64 else 4
            yield number, None
        else:
            raise ValueError("not an ONNX file")


def _varint(data, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("not an ONNX file")
