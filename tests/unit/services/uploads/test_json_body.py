"""JSON bodies with files in base64: they go to the disk while they arrive, whatever way the text is written."""

import base64
import io
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import MalformedRequest, PayloadTooLarge
from services.uploads import json_body
from services.uploads.json_body import LONG_BYTES, MAX_SMALL_BYTES, LongString, read_json_body
from tests.support.memory_storage import MemoryStorage

FILE = random.Random(7).randbytes(100_000)
TEXT = base64.b64encode(FILE).decode()


class SmallReads(io.BytesIO):
    """Returns a few bytes at a time, so that every cut is tried."""

    def __init__(self, content, sizes):
        super().__init__(content)
        self._sizes = sizes

    def read(self, size=-1):
        return super().read(self._sizes.randint(1, 9))


@pytest.fixture
def storage(tmp_path):
    return MemoryStorage(tmp_path)


@pytest.fixture
def read(storage):
    def read(body, max_bytes=1 << 20, max_files=3, stream=io.BytesIO):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return read_json_body(stream(body), storage.receive, max_bytes, max_files)

    return read


def content(value):
    assert isinstance(value, LongString)
    value.content.seek(0)
    return value.content.read()


def test_long_string_is_a_file_and_all_else_stays(read):
    document = read({"a": [1, {"file": TEXT}, "short"], "b": {"c": None, "d": 'quoted "text" \\ \u00e9'}, "e": TEXT})
    assert content(document["a"][1].pop("file")) == content(document.pop("e")) == FILE
    assert document == {"a": [1, {}, "short"], "b": {"c": None, "d": 'quoted "text" \\ \u00e9'}}


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("/", "\\/"),
        TEXT.replace("+", "\\u002B").replace("/", "\\u002f"),
        "\\r\\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76)),
        "\\n" + TEXT + " \\t",
        TEXT.rstrip("="),
        TEXT.replace("+", "-").replace("/", "_"),
        "data:application/pdf;base64," + TEXT,
        "DATA:;charset=utf-8;base64," + TEXT,
    ],
)
@pytest.mark.parametrize("stream", [io.BytesIO, lambda body: SmallReads(body, random.Random(1))])
def test_all_ways_to_write_base64_give_the_same_file(read, text, stream):
    assert content(read(f'{{"file": "{text}"}}'.encode(), stream=stream)["file"]) == FILE


@pytest.mark.parametrize("size", [LONG_BYTES * 3 // 4 + change for change in range(-4, 5)])
def test_a_file_of_any_length_arrives_whole(read, storage, size):
    found = read({"file": base64.b64encode(FILE[:size]).decode()})["file"]
    if isinstance(found, str):
        assert len(found) < LONG_BYTES and base64.b64decode(found) == FILE[:size]
    else:
        assert content(found) == FILE[:size]


@pytest.mark.parametrize(
    "text",
    [
        "*" * 5000,
        TEXT[:70_000] + "%" + TEXT[70_000:],
        TEXT[:-2] + "=" * 20,
        "QQ==" + TEXT,
        TEXT[:-4] + "A",
        "data:application/pdf," + TEXT,
        "data:" + "x" * 5000,
        "\u00e9" * 5000,
    ],
)
def test_other_text_is_an_error_of_that_string_only(read, text):
    document = read({"bad": text, "good": TEXT})
    assert document["bad"].error and not document["good"].error
    assert content(document["good"]) == FILE
    assert text[:20] not in document["bad"].error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"' + TEXT.encode() + b'"',
        b'{"file": "' + TEXT.encode(),
        b'{"file": "' + TEXT.encode() + b'"',
        b'{"file": "\\x' + b"A" * 9000 + b'"}',
        b'{"file": "\\u12"}',
        b'{"file": "' + b"A" * 9000 + b'\\u12zz"}',
        b'{"a": "\xff\xfe"}',
        b"[" * 100_000,
        b'{"' + TEXT.encode() + b'": 1}',
        b'{"file": "\\',
    ],
)
def test_malformed_body(read, body):
    with pytest.raises(MalformedRequest):
        read(body)


def test_what_is_too_large_is_refused_before_it_is_decoded(read, storage, monkeypatch):
    written = []
    monkeypatch.setattr(json_body, "_CHUNK_BYTES", 1000)
    receive = storage.receive

    def counted():
        file = receive()
        written.append(file)
        return file

    monkeypatch.setattr(storage, "receive", counted)
    assert content(read({"file": TEXT}, max_bytes=len(FILE))["file"]) == FILE
    with pytest.raises(PayloadTooLarge, match="99999 bytes"):
        read({"file": TEXT}, max_bytes=len(FILE) - 1)
    assert written[-1].size() <= len(FILE) - 1
    with pytest.raises(PayloadTooLarge):
        read({"a": TEXT, "b": TEXT}, max_bytes=2 * len(FILE) - 1)


def test_number_of_files_and_size_of_the_rest_are_limited(read):
    with pytest.raises(PayloadTooLarge, match="more than 3 files"):
        read({"files": [TEXT] * 4})
    with pytest.raises(PayloadTooLarge, match=f"{MAX_SMALL_BYTES} bytes"):
        read({"numbers": list(range(300_000))})


def test_client_cannot_name_a_file_of_its_own(read):
    assert read({"a": "0" * 32 + "0", "b": TEXT})["a"] == "0" * 33


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=10), json_values, max_size=5), st.randoms(), st.booleans())
def test_any_small_document_is_read_as_json_reads_it(tmp_path_factory, document, sizes, ascii_only):
    body = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    storage = MemoryStorage(tmp_path_factory.getbasetemp())
    try:
        expected = json.loads(body)
    except UnicodeDecodeError:
        with pytest.raises(MalformedRequest):
            read_json_body(SmallReads(body, sizes), storage.receive, 10, 1)
        return
    assert read_json_body(SmallReads(body, sizes), storage.receive, 10, 1) == expected
