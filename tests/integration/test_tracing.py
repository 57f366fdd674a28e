"""One trace from the request through the queue to the pages, as a collector receives it."""

import time

import pytest
import requests

from stress.harness import free_port, wait_until
from tests.support.collector import Collector
from tests.support.drawing import scanned_pdf
from tests.support.engine import run_in_subprocess
from tests.support.scripted_service import ScriptedService

#: Ids of the client's trace, and of the span in it that the request belongs to.
TRACE, CLIENT_SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def traced(tmp_path):
    with Collector() as collector:
        service = ScriptedService(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)
        try:
            yield service.start(), collector
        finally:
            service.stop()


def test_a_request_its_job_and_its_pages_are_one_trace(traced):
    service, collector = traced
    response = requests.post(
        service.url + "/ocr/pdf",
        files={"file": scanned_pdf("One", "Two")},
        params={"wait": 30, "dpi": 72},
        headers={"traceparent": f"00-{TRACE}-{CLIENT_SPAN}-01"},
        timeout=60,
    )
    assert response.status_code == 200
    service.get("/health/ai")

    def named(name):
        return [span for span in collector.spans if span.name == name]

    # The web server and the worker send their own spans, at different times.
    wait_until(lambda: named("POST /ocr/pdf") and named("queue") and named("job"), 15, "the spans")
    (request,) = named("POST /ocr/pdf")
    (queue,) = named("queue")
    (job,) = named("job")
    pages = named("page")
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}
    assert request.parent_span_id.hex() == CLIENT_SPAN
    assert queue.parent_span_id == job.parent_span_id == request.span_id
    assert [page.parent_span_id for page in pages] == [job.span_id] * 2
    for stage in ("render", "detect", "recognise"):
        assert {span.parent_span_id for span in named(stage)} == {page.span_id for page in pages}
    assert request.start_time_unix_nano < job.start_time_unix_nano < pages[0].start_time_unix_nano
    attributes = {item.key: item.value for item in job.attributes}
    assert attributes["request_id"].string_value == response.headers["X-Request-ID"]
    attributes = {item.key: item.value for item in request.attributes}
    assert attributes["http.response.status_code"].int_value == 200


def test_an_unreachable_collector_delays_neither_jobs_nor_shutdown(tmp_path):
    service = ScriptedService(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}")
    try:
        service.start()
        assert service.post("/ocr/pdf", scanned_pdf("One"), wait=30).status_code == 200
        started = time.monotonic()
        service.stop_worker()
        service.web.terminate()
        assert service.web.wait(20) == 0
        assert time.monotonic() - started < 15
    finally:
        service.stop()


def test_without_an_endpoint_no_exporter_is_imported():
    # redis-py imports OpenTelemetry's SDK if it is installed.
    found = run_in_subprocess(
        "import sys; from app import create_app; create_app().test_client().get('/capabilities')\n"
        "exporters = ('opentelemetry.exporter', 'opentelemetry.proto')\n"
        "found['imported'] = [name for name in sys.modules if name.startswith(exporters)]",
        OTEL_EXPORTER_OTLP_ENDPOINT="",
    )
    assert found["imported"] == []
