"""What the web server learns from the application: nothing about its paths is written in the server."""

import json
from types import SimpleNamespace

import pytest
from flask import Flask

from middleware.view_marks import Mark, mark, paths_with
from server.hooks import EXTENSION


@pytest.fixture
def hooks(make_app):
    return make_app().extensions[EXTENSION]


def test_paths_come_from_the_marks_of_the_routes():
    app = Flask(__name__)

    @app.route("/quick")
    @mark(Mark.FAST | Mark.PROBE)
    def quick():
        return ""

    @app.route("/jobs", methods=["POST"])
    @app.route("/jobs/again", methods=["POST"])
    @mark(Mark.CREATES_WORK)
    def work():
        return ""

    @app.route("/item/<name>")
    @mark(Mark.FAST)
    def with_a_variable(name):
        return ""

    assert paths_with(app, Mark.FAST) == {"/quick"}
    assert paths_with(app, Mark.CREATES_WORK) == {"/jobs", "/jobs/again"}
    assert paths_with(app, Mark.ADMIN) == set()


def test_probes_are_fast_and_uploads_create_work(hooks):
    assert hooks.fast_paths == {"/health/alive", "/health/ready"}
    own = {path for path in hooks.creating_paths if path.startswith("/ocr/")}
    assert own == {"/ocr/image", "/ocr/pdf", "/ocr/batch", "/ocr/predict"}
    assert "/documentintelligence/documentModels/prebuilt-read:analyze" in hooks.creating_paths


@pytest.mark.parametrize(
    ("status", "title", "message", "code"),
    [
        (400, "Bad Request", "Invalid Method 'x'", "bad_request"),
        (431, "Request Header Fields Too Large", "Error parsing headers: 'x'", "bad_request"),
        (500, "Internal Server Error", "", "internal_error"),
    ],
)
def test_a_request_that_cannot_be_parsed_gets_the_usual_error_format(hooks, status, title, message, code):
    headers, content = hooks.error_response(status, title, message, "an-id")
    body = json.loads(content)
    assert headers == {"Content-Type": "application/problem+json", "X-Request-ID": "an-id"}
    assert (body["status"], body["title"], body["code"], body["request_id"]) == (status, title, code, "an-id")
    assert body["detail"].startswith(message)


def test_the_server_starts_and_stops_the_services(make_app):
    calls = []
    services = SimpleNamespace(
        readiness=SimpleNamespace(start=lambda: calls.append("readiness")),
        known_picture=SimpleNamespace(stop_waiting=lambda: calls.append("known picture")),
        admission=SimpleNamespace(slot=lambda in_progress: in_progress),
    )
    hooks = make_app(services).extensions[EXTENSION]
    assert hooks.slot(3) == 3
    hooks.on_start()
    hooks.on_stop()
    assert calls == ["readiness", "known picture"]
