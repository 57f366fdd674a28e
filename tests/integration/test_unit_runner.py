"""Units whose pages fail, hang or crash their worker, with a real Redis and scripted pages."""

import sys
import time

import pytest

from paddleocr_service import EngineInfo
from routes.paths import upload_path
from services import keys
from services.errors import CorruptFile, PageTimeout
from services.jobs.sealed_text import Sealer
from services.jobs.store import Retention
from services.ocr_service.stages import Stages
from services.storage import FileStorage, UploadSignature
from services.telemetry.counters import Counters
from services.telemetry.tracing import Tracer
from services.worker.page_writer import PageWriter
from services.worker.runner import UnitRunner
from services.worker.unit_telemetry import UnitTelemetry
from stress.harness import wait_until
from tests.support.jobs import Work


class Pages:
    """A document whose pages are functions, and the OCR service that opens it."""

    def __init__(self, *pages, source="ocr"):
        self.pages = pages
        self.source = source
        self.page_numbers = tuple(range(1, len(pages) + 1))
        self.read = []

    def prepare(self): ...

    def open(self, path, kind, options, frames):
        assert path.read_bytes() == b"upload"
        return self

    def engine_of(self, options):
        return EngineInfo("Fake", "none", ("model",))

    def recognize(self, number):
        self.read.append(number)
        text = self.pages[number - 1]()
        page = {"page": number, "text": text, "source": self.source, "lines": []}
        return {**page, "success": True, "width": 1, "height": 1}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass


class Scene(Work):
    """A job store, a unit queue and an upload folder. Tickets are collected in a list."""

    def __init__(self, redis, folder):
        super().__init__(redis, Retention(60, 60, 10))
        self.folder = folder
        self.uploads = FileStorage(folder, UploadSignature("secret"), upload_path)
        self.tickets = []
        self.stopping = False
        #: What creates the files besides the result.
        self.creator = None

    def submit_file(self, kind="pdf", pages=1):
        incoming = self.uploads.receive()
        incoming.write(b"upload")
        job = self.submit("content", pages, kind=kind, upload=self.uploads.save(incoming))
        self.id = job.id
        self.upload = self.folder / job.upload

    def run(self, document, page_timeout=5):
        runner = UnitRunner(
            store=self.store,
            unit_queue=self.unit_queue,
            storage=self.uploads,
            ocr=document,
            outputs=self.creator,
            send_ticket=lambda job_id, delay: self.tickets.append((job_id, delay)),
            page_timeout=page_timeout,
            stopping=lambda: self.stopping,
            telemetry=UnitTelemetry(Counters(self.redis), Stages(), Tracer("")),
            sealer=Sealer("secret"),
        )
        self.redis.client.delete(keys.DELAYED) and self.make_due()
        self.found_unit = runner.run()
        return self.store.get(self.id)

    def make_due(self):
        """Make a unit that waits for its retry ready now."""
        self.redis.client.zadd(keys.READY + "quick", {f"{self.id}/1": 0})

    def pages(self):
        return self.store.result(self.id)["pages"]


@pytest.fixture
def scene(redis, tmp_path):
    return Scene(redis, tmp_path)


def fails(error):
    def page():
        raise error

    return page


def test_unreadable_page_fails_alone(scene):
    scene.submit_file(pages=3)
    assert scene.run(Pages(lambda: "one", fails(CorruptFile("bad")), lambda: "three")).status == "completed"
    assert [(page["text"], page["success"]) for page in scene.pages()] == [("one", True), ("", False), ("three", True)]
    assert scene.pages()[1]["error"] == {"code": "corrupt_file", "title": "Corrupt file", "detail": "bad"}
    assert scene.tickets == [] and not scene.upload.exists()


def test_page_over_its_time_limit_fails_alone(scene):
    scene.submit_file(pages=2)
    assert scene.run(Pages(lambda: time.sleep(10), lambda: "two"), page_timeout=1).status == "completed"
    assert scene.pages()[0]["error"]["code"] == PageTimeout.code
    assert scene.pages()[1]["text"] == "two"


def test_the_start_of_the_document_process_is_no_time_of_a_page(scene, monkeypatch):
    monkeypatch.setattr(Pages, "prepare", lambda self: time.sleep(1.2))
    scene.submit_file(pages=2)
    assert scene.run(Pages(lambda: "one", lambda: "two"), page_timeout=1).status == "completed"
    assert [page["text"] for page in scene.pages()] == ["one", "two"]


def test_unexpected_error_is_retried_three_times_with_growing_delays(scene):
    scene.submit_file(pages=2)
    document = Pages(lambda: "one", fails(RuntimeError("the engine failed")))
    stages = [scene.run(document).stage for _ in range(4)]
    assert stages == ["retrying", "retrying", "retrying", "completed"]
    assert [delay for _, delay in scene.tickets] == [1, 2, 4]
    assert document.read == [1, 2, 2, 2, 2], "a stored page is not read again"
    assert [page["success"] for page in scene.pages()] == [True, False]
    assert "engine failed" not in str(scene.pages())


def test_pages_with_a_text_layer_are_stored_together_and_survive_an_error(scene):
    scene.submit_file(pages=3)
    document = Pages(lambda: "one", lambda: "two", fails(RuntimeError("the engine failed")), source="text_layer")
    assert scene.run(document).pages_done == 2
    document.pages = (lambda: "one", lambda: "two", lambda: "three")
    assert scene.run(document).status == "completed"
    assert document.read == [1, 2, 3, 3]
    assert [page["text"] for page in scene.pages()] == ["one", "two", "three"]


def test_long_document_is_read_unit_by_unit_and_ends_with_the_last(scene):
    scene.submit_file(pages=12)
    document = Pages(*[lambda number=number: f"page {number}" for number in range(1, 13)])
    assert [scene.run(document).pages_done for _ in range(3)] == [5, 10, 12]
    assert document.read == list(range(1, 13))
    assert [page["text"] for page in scene.pages()] == [f"page {number}" for number in range(1, 13)]
    assert not scene.upload.exists()
    scene.run(document)
    assert not scene.found_unit


def test_temporary_error_does_not_spoil_the_result(scene):
    scene.submit_file()
    tries = []

    def page():
        tries.append(1)
        if len(tries) < 3:
            raise OSError("out of memory")
        return "third time lucky"

    for _ in range(3):
        record = scene.run(Pages(page))
    assert (record.status, record.attempts) == ("completed", 3)
    assert scene.pages()[0]["text"] == "third time lucky"


def test_unreadable_picture_fails_its_job_without_retry(scene):
    scene.submit_file("image")
    record = scene.run(Pages(fails(CorruptFile("bad"))))
    assert (record.status, record.attempts, record.error["code"]) == ("failed", 1, "corrupt_file")
    assert scene.tickets == [] and not scene.upload.exists()


class WorkerDied(BaseException):
    """Simulates a killed process: no code of the service catches it."""


def crash_two_workers(scene, document):
    for _ in range(2):
        with pytest.raises(WorkerDied):
            scene.run(document)
        time.sleep(0.1)
        assert scene.unit_queue.recover((scene.id, 1))


def test_page_that_crashes_two_workers_fails_and_the_others_are_read(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    scene.submit_file(pages=3)
    document = Pages(lambda: "one", fails(WorkerDied()), lambda: "three")
    crash_two_workers(scene, document)
    assert scene.run(document).status == "completed"
    assert [page.get("error", {}).get("code") for page in scene.pages()] == [None, "page_crashed", None]
    assert document.read == [1, 2, 2, 3]
    assert scene.store.dead_letters(0, 10)[1][0][0] == scene.id
    assert scene.upload.exists(), "the upload of a dead letter is kept"


def test_document_whose_opening_crashes_two_workers_is_a_dead_letter(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    scene.submit_file(pages=1)
    document = Pages(lambda: "never")
    monkeypatch.setattr(document, "open", lambda *_: fails(WorkerDied())())
    monkeypatch.setattr(PageWriter, "finish", _unless_dying(PageWriter.finish))
    crash_two_workers(scene, document)
    record = scene.run(document)
    assert (record.status, record.error["code"]) == ("failed", "page_crashed")
    assert scene.store.dead_since(scene.id)


def test_job_whose_result_crashes_two_workers_is_a_dead_letter(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    monkeypatch.setattr("services.worker.runner.pack_result", lambda *_: fails(WorkerDied())())
    scene.submit_file(pages=2)
    document = Pages(lambda: "one", lambda: "two")
    crash_two_workers(scene, document)
    record = scene.run(document)
    assert (record.status, record.error["code"]) == ("failed", "page_crashed")
    assert document.read == [1, 2]
    assert scene.store.dead_since(scene.id)


def test_job_whose_result_cannot_be_built_fails_after_the_retries(scene, monkeypatch):
    monkeypatch.setattr("services.worker.runner.pack_result", lambda *_: {}["no such key"])
    scene.submit_file(pages=2)
    document = Pages(lambda: "one", lambda: "two")
    stages = [scene.run(document).stage for _ in range(4)]
    assert stages == ["retrying", "retrying", "retrying", "failed"]
    assert scene.store.get(scene.id).error["code"] == "retries_exhausted"


def _unless_dying(original):
    def finish(self, step, *page):
        if not isinstance(sys.exc_info()[1], WorkerDied):
            original(self, step, *page)

    return finish


def test_stopping_worker_returns_its_unit_after_the_current_page(scene):
    scene.submit_file(pages=2)

    def stop_during_this_page():
        scene.stopping = True
        return "one"

    document = Pages(stop_during_this_page, lambda: "two")
    assert (scene.run(document).stage, scene.tickets) == ("queued", [(scene.id, 0.0)])
    assert scene.upload.exists()
    scene.stopping = False
    assert scene.run(document).status == "completed"
    assert document.read == [1, 2]


def test_second_ticket_of_a_job_is_ignored(scene):
    scene.submit_file()
    document = Pages(lambda: "one")
    scene.run(document)
    scene.run(document)
    assert document.read == [1]


def test_worker_that_lost_its_lease_writes_nothing(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    scene.submit_file()

    def slow():
        wait_until(scene.unit_queue.expired_leases, 5, "the end of the lease")
        scene.unit_queue.recover((scene.id, 1))
        scene.take("faster worker")
        return "stale"

    monkeypatch.setattr("services.worker.lease.Lease._renew", lambda self: None)
    record = scene.run(Pages(slow))
    assert record.status == "processing"
    assert scene.store.pages_done(scene.id) == {}
    assert scene.upload.exists()


def test_page_that_exceeds_its_lease_is_not_counted_as_a_crash(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    monkeypatch.setattr("services.worker.lease.Lease._renew", lambda self: None)
    scene.submit_file()

    def slow():
        wait_until(scene.unit_queue.expired_leases, 5, "the end of the lease")
        scene.unit_queue.recover((scene.id, 1))
        return "late"

    for _ in range(2):
        scene.run(Pages(slow))
    assert scene.run(Pages(lambda: "in time")).status == "completed"
    assert scene.pages()[0]["text"] == "in time"


def test_page_that_exceeds_its_lease_every_time_fails(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    monkeypatch.setattr("services.worker.lease.Lease._renew", lambda self: None)
    scene.submit_file()

    def slow():
        wait_until(scene.unit_queue.expired_leases, 5, "the end of the lease")
        scene.unit_queue.recover((scene.id, 1))
        return "late"

    for _ in range(3):
        assert scene.run(Pages(slow)).status == "processing"
    assert scene.run(Pages(slow)).status == "completed"
    assert scene.pages()[0]["error"]["code"] == "page_crashed"


def test_no_page_is_started_after_a_cancel(scene):
    scene.submit_file(pages=3)
    document = Pages(lambda: "one", lambda: scene.store.cancel(scene.id) and "two", lambda: "three")
    assert scene.run(document).status == "cancelled"
    assert document.read == [1, 2]
    assert scene.store.result(scene.id) is None


def test_missing_upload_fails_the_job_without_retry(scene):
    scene.submit_file()
    scene.upload.unlink()
    record = scene.run(Pages(lambda: "never"))
    assert (record.status, record.error["code"]) == ("failed", "upload_missing")
