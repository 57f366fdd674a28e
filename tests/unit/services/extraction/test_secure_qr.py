"""The Secure QR of an Aadhaar card: its content only if identity documents are extracted."""

import gzip

import pytest

from services.extraction.page_search import find_documents
from services.extraction.secure_qr import decode, is_secure_qr
from tests.support.barcodes import drawn

VALUES = ["V2", "3", "281420260101123456789", "Geeta Udaharan", "07-08-1980", "F", "", "Pune", "photograph" * 20]
TEXT = str(int.from_bytes(gzip.compress("ÿ".join(VALUES).encode("iso-8859-1") + bytes(range(256)), mtime=1), "big"))
EXPECTED = {"name": "Geeta Udaharan", "date_of_birth": "1980-08-07", "sex": "F"}


def search(*names):
    return [each.as_dict() for each in find_documents([], 1, frozenset(names), lambda: drawn("QRCode", TEXT))]


@pytest.mark.parametrize("versioned", [True, False])
def test_content_is_decoded(versioned):
    content = "ÿ".join(VALUES[not versioned :]).encode("iso-8859-1")
    text = str(int.from_bytes(gzip.compress(content + bytes(range(256)) * 30, mtime=1), "big"))
    assert decode(text) == ("XXXXXXXX2814", EXPECTED)


def test_content_is_reported_only_with_identity_documents():
    (without,), (with_ids,) = search("barcodes"), search("barcodes", "ids")
    assert (without["kind"], without["length"], without["fields"]) == ("aadhaar_secure_qr", len(TEXT), {})
    assert (with_ids["number"], with_ids["fields"]) == ("XXXXXXXX2814", EXPECTED)
    assert "Geeta" not in str(without) and TEXT not in str(without) + str(with_ids)


@pytest.mark.parametrize("text", ["", "1" * 200, "9" * 5000, "A" * 400, "https://example.org"])
def test_other_content_is_no_secure_qr(text):
    assert not is_secure_qr(text)


def test_damaged_content_is_reported_without_fields():
    damaged = str(int.from_bytes(b"\x1f\x8b" + bytes(range(200)), "big"))
    assert is_secure_qr(damaged) and decode(damaged) is None


def test_small_code_that_expands_hugely_is_cut():
    bomb = str(int.from_bytes(gzip.compress(b"\xff" * 10**6), "big"))
    assert len(bomb) < 4000 and decode(bomb) is None
