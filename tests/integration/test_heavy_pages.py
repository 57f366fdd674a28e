"""Pages that take long or need much memory: honest ones are read once, bombs end in an error and harm nothing."""

import threading
import time

import psutil
import pytest

from paddleocr_service import NullEngine
from routes.paths import upload_path
from services.document_process.outputs import ConfinedOutputs
from services.document_process.service import ConfinedOCRService
from services.jobs.sealed_text import Sealer
from services.jobs.store import Retention
from services.ocr_service.options import DocumentOptions
from services.storage import FileStorage, UploadSignature
from services.telemetry.counters import Counters
from services.telemetry.tracing import Tracer
from services.worker.runner import UnitRunner
from services.worker.unit_telemetry import UnitTelemetry
from stress.harness import ServiceProcesses
from tests.support.bombs import blank_png, filled_pdf, webp_header
from tests.support.drawing import picture
from tests.support.jobs import Work

LEASE_SECONDS = 1.0
#: More than a worker process may take with the null engine, its child included.
MAX_MEMORY = 1200 << 20


def test_a_page_that_takes_longer_than_the_lease_is_read_once(redis, tmp_path, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", LEASE_SECONDS)
    monkeypatch.setattr("services.worker.lease.LEASE_RENEW_SECONDS", LEASE_SECONDS / 3)
    work = Work(redis, Retention(60, 60, 10))
    storage = FileStorage(tmp_path, UploadSignature("secret"), upload_path)
    incoming = storage.receive()
    incoming.write(filled_pdf(900))
    options = DocumentOptions("en", 300, mode="ocr")
    job = work.submit("content", 1, kind="pdf", upload=storage.save(incoming), options=options)
    ocr = ConfinedOCRService(NullEngine(), 100_000_000)
    telemetry = UnitTelemetry(Counters(redis), ocr.stages, Tracer(""))
    runner = UnitRunner(
        store=work.store,
        unit_queue=work.unit_queue,
        storage=storage,
        ocr=ocr,
        outputs=ConfinedOutputs(ocr.process),
        send_ticket=lambda job_id, delay: None,
        page_timeout=60,
        stopping=lambda: False,
        telemetry=telemetry,
        sealer=Sealer("secret"),
    )
    ocr.process.ready()  # the unit is taken afterwards
    renewed, renew = [time.monotonic()], work.unit_queue.renew

    def noted_renew(unit):
        renewed.append(time.monotonic())
        return renew(unit)

    monkeypatch.setattr(work.unit_queue, "renew", noted_renew)
    started = time.monotonic()
    assert runner.run()
    ocr.close()
    assert time.monotonic() - started > 2 * LEASE_SECONDS, "the page is too simple for this test"
    gaps = [later - earlier for earlier, later in zip(renewed, [*renewed[1:], time.monotonic()], strict=True)]
    assert max(gaps) < LEASE_SECONDS
    record = work.store.get(job.id)
    assert (record.status, record.attempts) == ("completed", 1)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    with ServiceProcesses(folder, OCR_RUNTIME="null", OCR_TIMEOUT_PER_PAGE="3") as running:
        yield running


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (filled_pdf(400_000), "page_timeout"),
        (blank_png(1, 100_000_000, 8, 0, 1), "too_many_pixels"),
        (blank_png(100_000_000, 1, 8, 0, 1), None),
        (blank_png(10_000, 10_000, 16, 0, 1), None),
        (blank_png(10_000, 10_000, 8, 6, 4), None),
        (webp_header(10_000, 10_000), "too_many_pixels"),
        (webp_header(6_000, 6_000), None),
    ],
    ids=["fills", "column", "row", "16 bits", "transparent", "WebP", "cut WebP"],
)
def test_a_bomb_ends_in_a_clear_error_and_harms_nothing(service, data, code):
    before = {child.pid for child in service.worker_children()}
    memory, ended = [], threading.Event()

    def watch():
        while not ended.wait(0.05):
            memory.extend(_memory(child) for child in service.worker_children())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        response = service.post("/ocr/predict", data, "bomb", dpi=300, mode="ocr", wait=60)
    finally:
        ended.set()
        watcher.join()
    assert response.status_code in (200, 400, 413, 422), response.text
    if code:
        assert code in response.text
    assert max(memory, default=0) < MAX_MEMORY
    assert {child.pid for child in service.worker_children()} == before, "no worker process died"
    assert service.post("/ocr/predict", picture("Still here"), wait=30).status_code == 200


def _memory(worker):
    """Memory of a worker process and its child."""
    total = 0
    for process in (worker, *worker.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
