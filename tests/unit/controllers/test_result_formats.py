"""Results in other formats: chosen by `format` or `Accept`, streamed, with a file name."""

import io
import json
from types import SimpleNamespace

import pytest

from services.errors import ResultExpired
from services.exports.formats import FORMATS, OUTPUTS
from services.jobs.large_reads import LargeReads
from services.jobs.record import JobRecord
from services.jobs.result_body import StoredResult, pack_result
from services.ocr_service.options import DocumentOptions
from services.storage import FileStorage
from tests.support.results import document, paragraphs

TEXT_FORMATS = [each for each in FORMATS if each.name not in ("json", *OUTPUTS)]
DOCUMENT = document(paragraphs("First page", "second line"), paragraphs("Second page", number=2))
ID = "0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55"
RESULT = f"/ocr/job/{ID}/result"


def job(**fields):
    options = DocumentOptions("en", 300, **fields.pop("options", {}))
    ended = {"status": "completed", "kind": "pdf", "frames": 2, "filename": "scan.v1.pdf", "file_size": 9}
    return JobRecord(ID, "@127.0.0.1", options=options, request_id="r", **{**ended, **fields})


class Jobs:
    """The job service with one ended job."""

    def __init__(self, record, result):
        self.record, self.large_reads = record, LargeReads()
        text = json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()[:-1]
        self.body = pack_result([text])

    def ensure_accepting(self, slot):
        pass

    def check_options(self, options):
        pass

    def get(self, job_id, owner):
        return self.record

    def result(self, record):
        if self.body is None:
            raise ResultExpired()
        return StoredResult.of(self.body)

    def submit(self, record, content, kinds, slot):
        return self.record


@pytest.fixture
def client(make_app, tmp_path):
    storage = FileStorage(tmp_path, None, str)

    def make(result=DOCUMENT, **fields):
        return make_app(SimpleNamespace(jobs=Jobs(job(**fields), result), storage=storage)).test_client()

    return make


@pytest.mark.parametrize("each", TEXT_FORMATS, ids=lambda each: each.name)
def test_a_result_is_sent_in_every_format(client, each):
    response = client().get(RESULT, query_string={"format": each.name})
    assert (response.status_code, response.content_type) == (200, each.content_type)
    assert response.content_length == len(response.data)
    assert response.headers["Content-Disposition"].endswith(f"filename=scan.v1.{each.extension}")
    assert response.headers["Cache-Control"] == "no-store"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Vary"] == "Accept"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/plain", "text/plain"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("TEXT/Markdown", "text/markdown"),
        ("application/xml", "application/xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/*", "text/plain"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("image/gif, */*;q=0.1", "application/json"),
        (None, "application/json"),
        ("", "application/json"),
    ],
)
def test_accept_chooses_the_format(client, accept, media_type):
    response = client().get(RESULT, headers={} if accept is None else {"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)


def test_format_wins_over_accept(client):
    response = client().get(RESULT, query_string={"format": "hocr"}, headers={"Accept": "application/json"})
    assert b"ocr_page" in response.data


@pytest.mark.parametrize("accept", ["image/gif", "text/x-unknown", "application/json;q=0"])
def test_an_unknown_media_type_is_a_406_that_lists_the_formats(client, accept):
    for response in (
        client().get(RESULT, headers={"Accept": accept}),
        client().post("/ocr/predict", data={"file": (io.BytesIO(b"x"), "a.png")}, headers={"Accept": accept}),
    ):
        assert (response.status_code, response.json["code"]) == (406, "not_acceptable")
        assert all(f"{each.name} ({each.media_type})" in response.json["detail"] for each in FORMATS)


def test_an_unknown_format_is_a_400_that_lists_the_formats(client):
    response = client().get(RESULT, query_string={"format": "docx"})
    assert (response.status_code, response.json["option"]) == (400, "format")
    assert "markdown" in response.json["detail"]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"format": "text", "furniture": "true"}, "furniture"),
        ({"furniture": "true"}, "furniture"),
        ({"page": "1"}, "page"),
        ({"format": "text", "page": "3"}, "page"),
        ({"format": "text", "page": "-1"}, "page"),
    ],
)
def test_an_option_that_the_format_cannot_honour_is_an_error(client, options, option):
    response = client().get(RESULT, query_string=options)
    assert (response.status_code, response.json["option"]) == (400, option)


def test_one_page_can_be_fetched(client):
    assert client().get(RESULT, query_string={"format": "text", "page": 2}).data == b"Second page"


def test_pages_keep_their_numbers_if_only_some_were_requested(client):
    chosen = client(document(paragraphs("fifth", number=5)), frames=9, options={"pages": "5"})
    assert chosen.get(RESULT, query_string={"format": "text", "page": 5}).data == b"fifth"
    response = chosen.get(RESULT, query_string={"format": "text", "page": 1})
    assert (response.status_code, response.json["code"]) == (400, "page_out_of_range")


def test_furniture_is_sent_on_request(client):
    page = paragraphs("Running title")
    page["blocks"][0]["kind"] = "page_header"
    for value, found in (("true", b"Running title\n"), ("false", b"")):
        options = {"format": "markdown", "furniture": value}
        assert client(document(page)).get(RESULT, query_string=options).data == found


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_that_was_not_requested_is_a_409_that_explains_it(client, name):
    response = client().get(RESULT, query_string={"format": name})
    assert (response.status_code, response.json["code"]) == (409, "output_not_requested")
    assert "outputs" in response.json["detail"]


def test_a_failed_job_is_an_error_in_every_format(client):
    broken = client()
    broken.application.extensions["services"].jobs.body = None
    response = broken.get(RESULT, query_string={"format": "text"})
    assert (response.status_code, response.content_type) == (410, "application/problem+json")


def test_predict_answers_in_the_wanted_format(client):
    data = {"file": (io.BytesIO(b"x"), "a.png"), "format": "markdown"}
    assert client().post("/ocr/predict", data=data).data == b"First page\n\nsecond line\n\nSecond page\n"
    assert client().post("/ocr/image", data={**data, "file": (io.BytesIO(b"x"), "a.png")}).status_code == 400


def test_a_large_result_is_streamed(client):
    pages = [paragraphs(*(f"line {row} of a long page of text" for row in range(200)), number=n) for n in range(1, 101)]
    large = client(document(*pages), frames=100)
    response = large.get(RESULT, query_string={"format": "alto"}, buffered=False)
    first = next(response.iter_encoded())
    assert "Content-Length" not in response.headers
    assert len(first) < 1_000_000
    response.close()
    assert not large.application.extensions["services"].jobs.large_reads._reading


def test_file_names_of_clients_are_encoded(client):
    response = client(filename='a"\u202eb.png').get(RESULT, query_string={"format": "text"})
    header = response.headers["Content-Disposition"]
    assert header.isascii() and "filename*=UTF-8''a%22" in header
