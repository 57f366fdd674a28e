"""Metadata of an ONNX file, read without ONNX Runtime."""

import pytest

from paddleocr_service.onnx_metadata import read_metadata


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def test_metadata_after_numbers_and_a_large_graph_is_found(tmp_path):
    entry = field(1, b"character") + field(2, "a\nß\n字".encode())
    graph = field(7, b"\x0e" * 300_000)
    (tmp_path / "model.onnx").write_bytes(varint(1 << 3) + varint(8) + graph + field(14, entry))
    assert read_metadata(tmp_path / "model.onnx") == {"character": "a\nß\n字"}


@pytest.mark.parametrize("content", [b"\xff" * 64, b"\x0b\x00", b"<html></html>"])
def test_other_file_raises(tmp_path, content):
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(ValueError, match="not an ONNX file"):
        read_metadata(tmp_path / "model.onnx")
