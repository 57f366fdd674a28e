"""One trace from the request through the queue to the pages, as a collector sees it; none unless it is asked for."""

import time

import pytest
import requests

from stress.harness import free_port, wait_until
from tests.support.collector import Collector
from tests.support.drawing import scanned_pdf
from tests.support.engine import run_in_subprocess
from tests.support.scripted_service import ScriptedService

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


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
    answer = requests.post(
        service.url + "/ocr/pdf",
        files={"file": scanned_pdf("One", "Two")},
        params={"wait": 30, "dpi": 72},
        headers={"traceparent": f"00-{TRACE}-{CALLER}-01"},
        timeout=60,
    )
    assert answer.status_code == 200
    service.get("/health/ai")

    def named(name):
        return [span for span in collector.spans if span.name == name]

    # Web and worker send their own, each in its own time.
    wait_until(lambda: named("POST /ocr/pdf") and named("queue") and named("job"), 15, "the spans")
    (request,) = named("POST /ocr/pdf")
    (queue,) = named("queue")
    (job,) = named("job")
    pages = named("page")
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}
    assert request.parent_span_id.hex() == CALLER
    assert queue.parent_span_id == job.parent_span_id == request.span_id
    assert [page.parent_span_id for page in pages] == [job.span_id] * 2
    for stage in ("render", "detect", "recognise"):
        assert {span.parent_span_id for span in named(stage)} == {page.span_id for page in pages}
    assert request.start_time_unix_nano < job.start_time_unix_nano < pages[0].start_time_unix_nano
    told = {item.key: item.value for item in job.attributes}
    assert told["request_id"].string_value == answer.headers["X-Request-ID"]
    told = {item.key: item.value for item in request.attributes}
    assert told["http.response.status_code"].int_value == 200


def test_a_collector_that_is_away_stops_neither_work_nor_its_end(tmp_path):
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


def test_without_an_endpoint_nothing_is_loaded_that_could_send_a_trace():
    # redis-py imports OpenTelemetry's SDK by itself, wherever it is installed.
    found = run_in_subprocess(
        "import sys; from app import create_app; create_app().test_client().get('/capabilities')\n"
        "sends = ('opentelemetry.exporter', 'opentelemetry.proto')\n"
        "found['imported'] = [name for name in sys.modules if name.startswith(sends)]",
        OTEL_EXPORTER_OTLP_ENDPOINT="",
    )
    assert found["imported"] == []
