"""Signature Version 4. The first example is that of AWS's own documentation of the signing process."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from controllers.compat.aws_signature import Signature, SignedRequest

KEY, NOW = b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", datetime(2015, 8, 30, 12, 36, tzinfo=UTC).timestamp()
HEADERS = {"host": "iam.amazonaws.com", "x-amz-date": "20150830T123600Z"}
HEADERS |= {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
)


def request(**changes):
    given = {"method": "GET", "paths": ("/",), "query": "Action=ListUsers&Version=2010-05-08", "headers": HEADERS}
    return SignedRequest(**{**given, "body_hash": sha256().hexdigest(), **changes})


def problem(key=KEY, now=NOW, service="iam", **changes):
    return Signature.parse(AUTHORIZATION).problem(request(**changes), key, service, now)


def test_the_documented_example_is_right():
    assert Signature.parse(AUTHORIZATION).key_id == "AKIDEXAMPLE"
    assert problem() == ""
    assert problem(paths=("/prefix/", "/")) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"key": b"another"},
        {"body_hash": sha256(b"x").hexdigest()},
        {"method": "POST"},
        {"query": "Action=DeleteUsers&Version=2010-05-08"},
        {"paths": ("/other",)},
        {"headers": {**HEADERS, "host": "elsewhere"}},
    ],
)
def test_any_change_breaks_the_signature(changes):
    assert "does not match" in problem(**changes)


@pytest.mark.parametrize("seconds", [-901, 901])
def test_a_signature_expires(seconds):
    assert "expired" in problem(now=NOW + seconds)


def test_a_signature_of_other_characters_is_refused():
    signature = Signature.parse(AUTHORIZATION.replace("Signature=5", "Signature=é"))
    assert "does not match" in signature.problem(request(), KEY, "iam", NOW)


def test_a_signature_for_another_service_is_refused():
    assert "service `textract`" in problem(service="textract")


def test_a_date_that_is_none_is_refused():
    assert problem(headers={**HEADERS, "x-amz-date": "20150830T993600Z"}) == "The header X-Amz-Date is not a date."


def test_host_and_date_must_be_signed():
    signature = Signature.parse(AUTHORIZATION.replace("host;", ""))
    assert "must cover" in signature.problem(request(), KEY, "iam", NOW)


@pytest.mark.parametrize("header", ["", "Bearer key", "AWS4-HMAC-SHA256 nonsense", AUTHORIZATION.split(", Sig")[0]])
def test_other_headers_are_no_signature(header):
    assert Signature.parse(header) is None


def test_an_access_key_id_may_contain_slashes():
    assert Signature.parse(AUTHORIZATION.replace("AKIDEXAMPLE", "a/b")).key_id == "a/b"
