"""A trace spans the request, the queue, the job and its pages. Nothing is sent without an endpoint."""

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
    """A service and the collector that it sends its spans to."""
    with Collector() as collector, ScriptedService(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint) as service:
        yield service, collector


def test_request_job_and_pages_are_one_trace(traced):
    service, collector = traced
    response = requests.post(
        service.url + "/ocr/pdf",
        files={"file": scanned_pdf("One", "Two")},
        params={"wait": 30, "dpi": 72},
        headers={"traceparent": f"00-{TRACE}-{CALLER}-01"},
        timeout=60,
    )
    assert response.status_code == 200
    service.get("/health/ai")

    def named(name):
        return [span for span in collector.spans if span.name == name]

    wait_until(lambda: named("POST /ocr/pdf") and named("queue") and named("job"), 15, "the spans of web and worker")
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
    assert attributes(job)["request_id"].string_value == response.headers["X-Request-ID"]
    assert attributes(request)["http.response.status_code"].int_value == 200


def attributes(span):
    return {item.key: item.value for item in span.attributes}


def test_missing_collector_delays_neither_work_nor_shutdown(tmp_path):
    endpoint = f"http://127.0.0.1:{free_port()}"
    with ScriptedService(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as service:
        assert service.post("/ocr/pdf", scanned_pdf("One"), wait=30).status_code == 200
        started = time.monotonic()
        service.stop_worker()
        service.web.terminate()
        assert service.web.wait(20) == 0
        assert time.monotonic() - started < 15


def test_no_exporter_is_imported_without_an_endpoint():
    # redis-py imports OpenTelemetry's SDK if it is installed.
    found = run_in_subprocess(
        "import sys; from app import create_app; create_app().test_client().get('/capabilities')\n"
        "exporters = ('opentelemetry.exporter', 'opentelemetry.proto')\n"
        "found['imported'] = [name for name in sys.modules if name.startswith(exporters)]",
        OTEL_EXPORTER_OTLP_ENDPOINT="",
    )
    assert found["imported"] == []
