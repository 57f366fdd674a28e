"""Stored results: sent as they are stored, with fields of the job."""

import gzip
import json
import random
import zlib

import pytest

from services.errors import RateLimited
from services.jobs.large_reads import LargeReads
from services.jobs.result_body import CHUNK, TAIL_BYTES, StoredResult, pack, pack_result, unpack

FIELDS = {"job_id": "1", "filename": 'a "b".pdf', "cached": False}
SMALL = {"text": "é\n", "lines": []}
LARGE = {"text": "".join(random.Random(1).choices("abcdefghijklmnop ", k=4 * CHUNK))}
REPEATED = {"text": "a" * 40 * CHUNK}


def parts(document):
    text = json.dumps(document, ensure_ascii=False).encode()[:-1]
    return [text[start : start + 1000] for start in range(0, len(text), 1000)]


def in_chunks(body):
    """The body as the store reads it if it is large."""
    chunks = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    return StoredResult(chunks, len(body), body[-TAIL_BYTES:])


@pytest.mark.parametrize("read", [StoredResult.of, in_chunks])
@pytest.mark.parametrize("document", [SMALL, LARGE, REPEATED], ids=["small", "large", "repeated"])
def test_a_result_is_sent_with_the_fields_of_the_job(document, read):
    body = pack_result(parts(document))
    assert unpack(body) == document
    for send, decode in (("as_gzip", gzip.decompress), ("as_text", bytes)):
        length, sent = getattr(read(body), send)(FIELDS)
        sent = list(sent)
        assert json.loads(decode(b"".join(sent))) == {**document, **FIELDS}
        assert sum(map(len, sent)) == length
        assert max(map(len, sent)) < 3 * CHUNK, "sent in parts"


def test_the_gzip_stream_has_one_member():
    """Some clients stop after the first."""
    _, sent = StoredResult.of(pack_result(parts(SMALL))).as_gzip(FIELDS)
    decompressor = zlib.decompressobj(31)
    decompressor.decompress(b"".join(sent))
    assert decompressor.eof and not decompressor.unused_data


def test_a_result_of_an_older_version_is_sent_too():
    _, sent = StoredResult.of(pack(SMALL)).as_text(FIELDS)
    assert json.loads(b"".join(sent)) == {**SMALL, **FIELDS}


def test_the_last_chunk_may_hold_only_a_part_of_the_end():
    body = pack_result(parts(SMALL))
    for size in range(2, len(body)):
        stored = StoredResult([body[:size], body[size:]], len(body), body[-TAIL_BYTES:])
        assert json.loads(b"".join(stored.as_text(FIELDS)[1])) == {**SMALL, **FIELDS}


def test_a_client_fetches_a_few_large_results_at_a_time():
    reads = LargeReads(limit=2)
    end, _ = reads.begin("a", CHUNK + 1), reads.begin("a", CHUNK + 1)
    with pytest.raises(RateLimited) as caught:
        reads.begin("a", CHUNK + 1)
    assert caught.value.extra == {"retry_after": 1}
    reads.begin("a", CHUNK)
    reads.begin("b", CHUNK + 1)
    end()
    reads.begin("a", CHUNK + 1)
