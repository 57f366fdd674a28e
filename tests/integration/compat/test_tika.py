"""The interface of a Tika server over HTTP. `make compat-check` uses its client in Python."""

import pytest
import requests

from tests.integration.compat.conftest import ALICE
from tests.support.compat import locked_pdf, own_result, sample, turned_sample, two_pages


def put(service, path, content=None, **arguments):
    return requests.put(f"{service.url}{path}", data=content or sample(), timeout=60, **arguments)


@pytest.mark.parametrize("base", ["/tika", ""])
def test_the_text_is_that_of_ocr(service, base):
    own = own_result(service, sample(), "line")
    plain = put(service, f"{base}/tika", headers={"Accept": "text/plain"})
    assert (plain.status_code, plain.headers["Content-Type"]) == (200, "text/plain; charset=UTF-8")
    assert plain.content.decode() == own["text"]
    facts = put(service, f"{base}/tika/text").json()
    assert (facts["X-TIKA:content"], facts["Content-Type"]) == (own["text"], "image/png")
    listed = put(service, f"{base}/rmeta/text", headers={"Content-Disposition": "attachment; filename=b'a b.png'"})
    assert [(each["X-TIKA:content"], each["resourceName"]) for each in listed.json()] == [(own["text"], "a b.png")]
    assert "X-TIKA:content" not in put(service, f"{base}/meta").json()
    assert put(service, f"{base}/tika/json/md").json()["tk:content"].startswith("CORNER BAKERY\n"), "version 4"


def test_pages_of_a_pdf_and_a_turned_page(service):
    own = own_result(service, two_pages(), "line")
    facts = put(service, "/tika/rmeta/text", two_pages()).json()[0]
    assert (facts["X-TIKA:content"], facts["xmpTPg:NPages"]) == (own["full_text"], "2")
    page = put(service, "/tika/tika", two_pages(), headers={"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html") and page.text.count('<div class="page">') == 2
    assert put(service, "/tika", turned_sample()).text == own_result(service, turned_sample(), "line")["text"]


def test_options_are_honoured_ignored_or_refused(service):
    headers = {"X-Tika-OCRLanguage": "eng", "X-Tika-PDFextractInlineImages": "true", "writeLimit": "5"}
    answer = put(service, "/tika", headers=headers)
    assert {name.lower() for name in answer.headers["X-Ignored-Options"].split(", ")} == {
        "x-tika-pdfextractinlineimages",
        "writelimit",
    }
    refused = put(service, "/tika", headers={"X-Tika-OCRLanguage": "tlh"})
    assert refused.status_code == 400 and "(unsupported_language)" in refused.text
    assert put(service, "/tika", headers={"X-Tika-PDFOcrStrategy": "maybe"}).status_code == 400


def test_a_header_opens_an_encrypted_pdf(service):
    content = locked_pdf("pässwort")
    opened = put(service, "/tika", content, headers={"Password": "pässwort".encode()})
    assert opened.text == "Unlocked"
    assert "(wrong_password)" in put(service, "/tika", content, headers={"Password": "wrong"}).text


def test_the_type_of_a_file_is_detected(service):
    assert put(service, "/tika/detect/stream").text == "image/png"
    assert put(service, "/detect/stream", b"hello").text == "application/octet-stream"
    assert requests.get(f"{service.url}/tika/version", timeout=10).text.startswith("Apache Tika ")
    assert requests.get(f"{service.url}/tika", timeout=10).ok


def test_errors_have_the_form_of_the_content_and_a_reason(service):
    answers = [put(service, f"/tika{path}", b"hello") for path in ("/tika", "/tika/text", "/rmeta/text")]
    assert [answer.status_code for answer in answers] == [422] * 3
    message = answers[0].text
    assert message.endswith("(unsupported_type)") and answers[0].reason == message
    (failed,) = answers[2].json()
    assert failed == {**answers[1].json(), "request_id": failed["request_id"]}
    assert (failed["X-TIKA:EXCEPTION:container_exception"], failed["code"]) == (message, "unsupported_type")
    assert put(service, "/tika/unknown").status_code == 404


@pytest.mark.parametrize("credentials", [("user", ALICE), (ALICE, ""), None])
def test_a_key_may_be_the_password_of_an_address(keyed_app, credentials):
    headers = {} if credentials else {"Authorization": f"Bearer {ALICE}"}
    answer = keyed_app.test_client().put("/tika", data=b"hello", auth=credentials, headers=headers)
    assert answer.status_code == 422


def test_a_wrong_key_is_refused(keyed_app):
    answer = keyed_app.test_client().put("/tika/text", data=b"hello", auth=("user", "wrong"))
    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")
    assert answer.status.startswith("401 The API key is missing or unknown.")


def test_a_job_that_takes_long_has_an_address(keyed_app):
    answer = keyed_app.test_client().put("/tika", data=sample(), auth=("user", ALICE))
    assert answer.status_code == 504 and "(still_running)" in answer.text
    waiting = keyed_app.test_client().get(answer.headers["Location"], headers={"X-API-Key": ALICE})
    assert waiting.status_code == 202
