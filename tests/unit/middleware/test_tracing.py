"""Spans of requests."""

from types import SimpleNamespace

import pytest

from services.errors import JobNotFound
from services.telemetry.tracing import Tracer

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


def no_job(job_id, owner):
    raise JobNotFound()


@pytest.fixture
def make_client(make_app):
    def make(tracer, **environment):
        services = SimpleNamespace(jobs=SimpleNamespace(get=no_job), tracer=tracer)
        return make_app(services, RATE_LIMIT_ENABLED="false", **environment).test_client()

    return make


def test_a_request_is_a_span_of_the_client_s_trace(make_client, recording_tracer):
    client = make_client(recording_tracer, **COLLECTOR)
    client.get("/ocr/job/x", headers={"traceparent": "of-the-client", "X-Request-ID": "an-id"})
    (span,) = recording_tracer.spans
    assert (span.name, span.parent, span.ended) == ("GET /ocr/job/<string:job_id>", "of-the-client", True)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/ocr/job/<string:job_id>",
        "http.response.status_code": 404,
        "request_id": "an-id",
    }


def test_a_traced_response_is_the_same(make_client, recording_tracer):
    headers = {"X-Request-ID": "an-id"}
    usual = make_client(Tracer("")).get("/ocr/job/x", headers=headers)
    traced = make_client(recording_tracer, **COLLECTOR).get("/ocr/job/x", headers=headers)
    assert recording_tracer.spans
    assert (traced.status_code, traced.json) == (usual.status_code, usual.json)
    assert dict(traced.headers) == dict(usual.headers)


def test_each_request_has_a_span_of_its_own(make_client, recording_tracer):
    client = make_client(recording_tracer, **COLLECTOR)
    for _ in range(3):
        client.get("/ocr/job/x")
    assert [span.ended for span in recording_tracer.spans] == [True] * 3


def test_a_request_without_a_route_has_a_span(make_client, recording_tracer):
    make_client(recording_tracer, **COLLECTOR).get("/nowhere")
    (span,) = recording_tracer.spans
    assert (span.name, span.attributes["http.response.status_code"]) == ("GET", 404)


def test_probes_have_no_span(make_client, recording_tracer):
    client = make_client(recording_tracer, **COLLECTOR)
    assert client.get("/health/alive").status_code == 200
    assert recording_tracer.spans == []


def test_without_a_collector_nothing_is_traced(make_client, recording_tracer):
    make_client(recording_tracer).get("/ocr/job/x")
    assert recording_tracer.spans == []
