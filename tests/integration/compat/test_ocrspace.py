"""The interface of ocr.space over HTTP. `make compat-check` uses its wrappers for Python and Node."""

import base64
import io
import time

import pytest
import requests

from tests.integration.compat.conftest import ALICE
from tests.support.compat import outer_box, own_result, sample, turned_sample, two_pages
from tests.support.drawing import picture

PATH = "/ocrspace/parse/image"
PICTURE = f"data:image/png;base64,{base64.b64encode(sample()).decode()}"


def post(service, content=None, field="file", headers=None, **options):
    files = {field: ("page", content or sample())}
    return requests.post(f"{service.url}{PATH}", files=files, data=options, headers=headers, timeout=60)


def parsed(answer):
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert not body["IsErroredOnProcessing"], body
    return body["ParsedResults"]


def words(result):
    return [word for line in result["TextOverlay"]["Lines"] for word in line["Words"]]


def test_the_text_and_the_boxes_are_those_of_ocr(service):
    own = own_result(service, sample())
    (result,) = parsed(post(service, isOverlayRequired="True", language="eng"))
    assert result["ParsedText"] == own["text"]
    expected = [(word["text"], word["bbox"]) for line in own["lines"] for word in line["words"]]
    assert [word["WordText"] for word in words(result)] == [text for text, _ in expected]
    left, top, right, bottom = outer_box(expected[0][1])
    first = [words(result)[0][side] for side in ("Left", "Top", "Width", "Height")]
    assert first == pytest.approx([left, top, right - left, bottom - top], abs=0.11)


@pytest.mark.parametrize("upright", [False, True])
def test_a_turned_page(service, upright):
    own = own_result(service, turned_sample())
    options = {"isOverlayRequired": "true", "detectOrientation": str(upright).lower()}
    (result,) = parsed(post(service, turned_sample(), **options))
    assert own["orientation"] == 270
    assert (result["ParsedText"], result["TextOrientation"]) == (own["text"], "270" if upright else "0")
    first = words(result)[0]
    left, top, right, bottom = outer_box(own["lines"][0]["words"][0]["bbox"])
    # Turned clockwise by 90 degrees, the left edge of the text is its upper one.
    expected = (left, top) if upright else (own["height"] - bottom, left)
    assert (first["Left"], first["Top"]) == pytest.approx(expected, abs=0.11)


def test_each_page_is_a_result_and_the_pdf_can_be_fetched(service):
    own = own_result(service, two_pages())
    answer = post(service, two_pages(), isCreateSearchablePdf="true", OCREngine="2", scale="true")
    assert [each["ParsedText"] for each in parsed(answer)] == [page["text"] for page in own["pages"]]
    assert set(answer.headers["X-Ignored-Options"].split(", ")) == {"ocrengine", "scale"}
    address = answer.json()["SearchablePDFURL"]
    assert requests.get(address, timeout=30).content.startswith(b"%PDF")
    changed = address[:-1] + ("0" if address[-1] != "0" else "1")
    assert requests.get(changed, timeout=30).status_code == 403
    later = address.replace("expires=", "expires=9")
    assert requests.get(later, timeout=30).status_code == 403


@pytest.mark.parametrize("in_form", [True, False])
def test_a_picture_in_base64(service, in_form):
    fields = {"base64Image": PICTURE, "language": "eng"}
    sent = {"files": {name: (None, value) for name, value in fields.items()}} if in_form else {"data": fields}
    (result,) = parsed(requests.post(f"{service.url}{PATH}", timeout=60, **sent))
    assert result["ParsedText"] == own_result(service, sample())["text"]


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"hello", {}, "unsupported_type"),
        (sample()[:5000], {}, "truncated_file"),
        (None, {"language": "tlh"}, "unsupported_language"),
    ],
)
def test_errors_are_in_the_body(service, content, options, code):
    answer = post(service, content, **options)
    body = answer.json()
    assert (answer.status_code, body["IsErroredOnProcessing"], body["ErrorDetails"]) == (200, True, code)
    assert body["ErrorMessage"][0].endswith(f"({code})")


def test_a_request_without_a_file(service):
    answer = requests.post(f"{service.url}{PATH}", data={"language": "eng"}, timeout=30)
    assert answer.json()["ErrorDetails"] == "missing_file"


@pytest.mark.parametrize("place", ["header", "form"])
@pytest.mark.parametrize(
    ("key", "code"), [(ALICE, "unsupported_type"), ("wrong", "unauthorized"), ("", "unauthorized")]
)
def test_the_key_is_in_a_header_or_a_field(keyed_app, place, key, code):
    data = {"file": (io.BytesIO(b"hello"), "x.png"), **({"apikey": key} if place == "form" else {})}
    answer = keyed_app.test_client().post(
        PATH,
        data=data,
        headers={"apikey": key} if place == "header" else {},
    )
    assert answer.json["ErrorDetails"] == code
    assert answer.status_code == (401 if code == "unauthorized" else 200)


def test_a_key_in_the_address_is_none(keyed_app):
    """Addresses are logged."""
    answer = keyed_app.test_client().post(f"{PATH}?apikey={ALICE}", data={"file": (io.BytesIO(b"hello"), "x.png")})
    assert answer.status_code == 401


def test_a_request_with_its_key_in_the_form_can_wait(service):
    """It passes through the application a second time, without its body. The picture is new, so it does wait."""
    (result,) = parsed(post(service, picture("Waited"), apikey="any"))
    assert result["ParsedText"] == "Waited"


def test_a_table_is_read_row_by_row(service):
    (result,) = parsed(post(service, field="filename", isTable="true"))
    assert "2 x Sourdough loaf\t9.80" in result["ParsedText"].split("\n")


def test_the_address_of_a_pdf_expires_after_an_hour(service):
    answer = post(service, isCreateSearchablePdf="true").json()
    expires = int(answer["SearchablePDFURL"].partition("expires=")[2].partition("&")[0])
    assert 3500 < expires - time.time() <= 3600
