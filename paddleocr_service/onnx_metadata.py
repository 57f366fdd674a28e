"""Read the key-value metadata of an ONNX file without loading the network.

An ONNX file is a protobuf message ``ModelProto``. Its field 14 repeats ``StringStringEntryProto`` (1: key, 2: value).
Source: onnx/onnx.proto of the ONNX project. Only the top-level fields are parsed, so the weights are not read.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

_METADATA_FIELD = 14
_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5  # wire types


def read_metadata(path: Path) -> dict[str, str]:
    """Return the metadata of an ONNX file. Raises ValueError if the file is not a protobuf message."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        entries = [dict(_fields(entry)) for number, entry in _fields(data) if number == _METADATA_FIELD]
    return {entry[1].decode(): entry[2].decode() for entry in entries}


def _fields(data: bytes | mmap.mmap) -> Iterator[tuple[int, bytes]]:
    """Yield (field number, value) for each string or message in a message; numbers are skipped."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            _, position = _varint(data, position)
        elif wire_type == _LENGTH_DELIMITED:
            size, position = _varint(data, position)
            # The graph (field 7 of ModelProto) is nearly the whole file: skip its bytes.
            yield number, b"" if size > 4 << 20 else bytes(data[position : position + size])
            position += size
        elif wire_type in (_FIXED64, _FIXED32):
            position += 8 if wire_type == _FIXED64 else 4
        else:
            raise ValueError("not an ONNX file")


def _varint(data: bytes | mmap.mmap, position: int) -> tuple[int, int]:
    """Return the number at ``position`` and the position after it."""
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("not an ONNX file")
