"""Amazon Textract with Amazon's own client, which is a dependency of this service anyway."""

import base64
import json
from types import SimpleNamespace

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from tests.integration.compat.conftest import ALICE
from tests.support.compat import outer_box, own_result, sample, turned_sample, two_pages
from tests.support.drawing import picture


@pytest.fixture(scope="module")
def client(service):
    return boto3.client(
        "textract",
        endpoint_url=service.url,
        region_name="eu-central-1",
        aws_access_key_id="anything",
        aws_secret_access_key="anything",
        config=Config(retries={"max_attempts": 0}),
    )


def texts(answer, kind="LINE", page=1):
    return [block["Text"] for block in answer["Blocks"] if block["BlockType"] == kind and block["Page"] == page]


def test_lines_and_words_are_those_of_ocr(service, client):
    own = own_result(service, sample())
    answer = client.detect_document_text(Document={"Bytes": sample()})
    assert answer["DocumentMetadata"] == {"Pages": 1} and answer["DetectDocumentTextModelVersion"]
    assert texts(answer) == [line["text"] for line in own["lines"]]
    assert texts(answer, "WORD") == [word["text"] for line in own["lines"] for word in line["words"]]
    first = next(block for block in answer["Blocks"] if block["BlockType"] == "LINE")
    left, top, right, bottom = outer_box(own["lines"][0]["bbox"])
    box = first["Geometry"]["BoundingBox"]
    assert (box["Left"], box["Top"]) == pytest.approx((left / own["width"], top / own["height"]))
    assert (box["Width"], box["Height"]) == pytest.approx(
        ((right - left) / own["width"], (bottom - top) / own["height"])
    )
    assert first["Confidence"] == pytest.approx(100 * own["lines"][0]["confidence"], abs=0.01)


def test_boxes_of_a_turned_page_are_on_the_page_as_sent(client):
    """Turned clockwise by 90 degrees: what was at (x, y) is at (1 - y, x)."""
    answers = [client.detect_document_text(Document={"Bytes": content}) for content in (sample(), turned_sample())]
    upright, turned = (
        {b["Text"]: b["Geometry"]["BoundingBox"] for b in answer["Blocks"] if b["BlockType"] == "LINE"}
        for answer in answers
    )
    common = upright.keys() & turned.keys()
    assert len(common) > 0.7 * len(upright)
    for text in common:
        x, y = (upright[text][side] + upright[text][size] / 2 for side, size in (("Left", "Width"), ("Top", "Height")))
        found = (turned[text][side] + turned[text][size] / 2 for side, size in (("Left", "Width"), ("Top", "Height")))
        assert tuple(found) == pytest.approx((1 - y, x), abs=0.02), text


def test_pages_and_tables(service, client):
    own = own_result(service, two_pages())
    answer = client.analyze_document(Document={"Bytes": two_pages()}, FeatureTypes=["TABLES", "LAYOUT"])
    assert answer["DocumentMetadata"] == {"Pages": 2}
    for page in own["pages"]:
        assert texts(answer, page=page["page"]) == [line["text"] for line in page["lines"]]
    kinds = {block["BlockType"] for block in answer["Blocks"]}
    assert kinds >= {"PAGE", "LINE", "WORD", "LAYOUT_TEXT"}
    tables = [block for page in own["pages"] for block in page["blocks"] if block.get("cells")]
    assert sum(block["BlockType"] == "TABLE" for block in answer["Blocks"]) == len(tables)


@pytest.mark.parametrize(
    ("document", "error", "reason"),
    [
        ({"Bytes": b"hello"}, "UnsupportedDocumentException", "(unsupported_type)"),
        ({"Bytes": sample()[:5000]}, "BadDocumentException", "(truncated_file)"),
        ({"S3Object": {"Bucket": "abc", "Name": "x"}}, "InvalidS3ObjectException", "(invalid_option)"),
        ({}, "InvalidParameterException", "(invalid_option)"),
    ],
)
def test_the_client_raises_its_own_errors(client, document, error, reason):
    with pytest.raises(getattr(client.exceptions, error)) as raised:
        client.detect_document_text(Document=document)
    assert reason in str(raised.value)


def test_features_that_do_not_exist_are_refused(client):
    with pytest.raises(client.exceptions.InvalidParameterException, match="TABLES, LAYOUT"):
        client.analyze_document(Document={"Bytes": sample()}, FeatureTypes=["FORMS"])


def test_other_operations_do_not_exist(client):
    with pytest.raises(client.exceptions.ClientError, match="UnknownOperationException"):
        client.start_document_text_detection(DocumentLocation={"S3Object": {"Bucket": "abc", "Name": "x"}})


def call(app, key_id, secret, body=None, sign=True, url="http://localhost/", **headers):
    """A request of Amazon's client to an application without workers, so 504 is its best answer."""
    content = json.dumps(body or {"Document": {"Bytes": "aGVsbG8="}})
    fields = {"X-Amz-Target": "Textract.DetectDocumentText", "Content-Type": "application/x-amz-json-1.1"}
    signed = AWSRequest("POST", url, data=content, headers=fields)
    if sign:
        SigV4Auth(SimpleNamespace(access_key=key_id, secret_key=secret, token=None), "textract", "x").add_auth(signed)
    given = {**dict(signed.headers.items()), **headers}
    return app.test_client().post("/", data=content, headers=given)


def test_a_key_of_the_settings_signs_with_its_name_or_with_itself(keyed_app):
    for key_id in ("alice", ALICE):
        answer = call(keyed_app, key_id, ALICE)
        assert (answer.status_code, answer.json["code"]) == (400, "unsupported_type"), answer.text


def test_a_key_of_an_account_is_both_id_and_secret(keyed_app):
    new = keyed_app.test_client().post("/auth/register", json={"email": "textract@example.org", "name": "A"}).json
    assert call(keyed_app, new["api_key"], new["api_key"]).json["code"] == "unsupported_type"
    assert call(keyed_app, new["api_key"], ALICE).json["code"] == "invalid_signature"
    assert call(keyed_app, new["key_id"], new["api_key"]).json["code"] == "unauthorized"


@pytest.mark.parametrize(
    ("key_id", "secret", "sign", "code"),
    [
        ("alice", "wrong", True, "invalid_signature"),
        (ALICE, "wrong", True, "invalid_signature"),
        ("bob", ALICE, True, "unauthorized"),
        ("alice", ALICE, False, "unauthorized"),
    ],
)
def test_a_wrong_signature_is_refused(keyed_app, key_id, secret, sign, code):
    answer = call(keyed_app, key_id, secret, sign=sign)
    assert answer.json["code"] == code and answer.json["__type"].endswith("Exception")


@pytest.mark.parametrize("prefix", ["/ocr-service", "/another"])
def test_a_proxy_may_add_a_prefix(keyed_app, prefix):
    """The client signs the path that it uses, which the application does not see."""
    answer = call(keyed_app, "alice", ALICE, url="http://localhost/ocr-service/", **{"X-Forwarded-Prefix": prefix})
    expected = "unsupported_type" if prefix == "/ocr-service" else "invalid_signature"
    assert answer.json["code"] == expected


def test_a_key_without_a_signature_is_refused(keyed_app):
    answer = call(keyed_app, "", "", sign=False, Authorization=f"Bearer {ALICE}")
    assert answer.json["code"] == "invalid_signature"


def test_a_body_that_was_changed_on_its_way_is_refused(keyed_app):
    content = json.dumps({"Document": {"Bytes": "aGVsbG8="}})
    signed = AWSRequest(
        "POST", "http://localhost/", data=content, headers={"X-Amz-Target": "Textract.DetectDocumentText"}
    )
    SigV4Auth(SimpleNamespace(access_key="alice", secret_key=ALICE, token=None), "textract", "x").add_auth(signed)
    answer = keyed_app.test_client().post("/", data=content + " ", headers=dict(signed.headers.items()))
    assert answer.json["code"] == "invalid_signature"


def test_the_answer_for_a_job_that_takes_long_names_its_address(keyed_app):
    answer = call(keyed_app, "alice", ALICE, {"Document": {"Bytes": base64.b64encode(picture("long")).decode()}})
    assert (answer.status_code, answer.json["__type"]) == (504, "InternalServerError")
    waiting = keyed_app.test_client().get(answer.headers["Location"], headers={"X-API-Key": ALICE})
    assert waiting.status_code == 202
