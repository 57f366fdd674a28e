"""What becomes of a job when its pages fail, hang or stop their worker: a real Redis, and pages that do as told."""

import sys
import time

import pytest

from paddleocr_service import EngineInfo
from routes.paths import upload_path
from services import keys
from services.errors import CorruptFile, PageTimeout
from services.jobs.store import Retention
from services.storage import FileStorage, UploadSignature
from services.worker.page_writer import PageWriter
from services.worker.runner import UnitRunner
from tests.support.jobs import Work


class Pages:
    """A document whose pages are functions; also the OCR service that opens it."""

    def __init__(self, *pages, source="ocr"):
        self.pages = pages
        self.source = source
        self.page_numbers = tuple(range(1, len(pages) + 1))
        self.read = []

    def open(self, path, kind, options, frames):
        assert path.read_bytes() == b"upload"
        return self

    def engine_of(self, options):
        return EngineInfo("Fake", "none", ("model",))

    def recognize(self, number):
        self.read.append(number)
        found = {"page": number, "text": self.pages[number - 1](), "source": self.source}
        return {**found, "lines": [], "success": True, "width": 1, "height": 1}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass


class Scene(Work):
    """A store, a queue and an upload folder; tickets are only noted."""

    def __init__(self, redis, folder):
        super().__init__(redis, Retention(60, 60, 10))
        self.folder = folder
        self.uploads = FileStorage(folder, UploadSignature("secret"), upload_path)
        self.tickets = []
        self.stopping = False

    def submit_file(self, kind="pdf", pages=1):
        incoming = self.uploads.receive()
        incoming.write(b"upload")
        job = self.submit("content", pages, kind=kind, upload=self.uploads.keep(incoming))
        self.id = job.id
        self.upload = self.folder / job.upload

    def run(self, document, page_timeout=5):
        enqueue = lambda job_id, delay: self.tickets.append((job_id, delay))  # noqa: E731
        stopping = lambda: self.stopping  # noqa: E731
        runner = UnitRunner(self.store, self.unit_queue, self.uploads, document, enqueue, page_timeout, stopping)
        self.redis.client.delete(keys.DELAYED) and self.make_due()
        self.found = runner.run()
        return self.store.get(self.id)

    def make_due(self):
        """Time has passed: what was to be tried again later is to be tried now."""
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


def test_a_page_that_cannot_be_read_fails_alone(scene):
    scene.submit_file(pages=3)
    assert scene.run(Pages(lambda: "one", fails(CorruptFile("bad")), lambda: "three")).status == "completed"
    assert [(page["text"], page["success"]) for page in scene.pages()] == [("one", True), ("", False), ("three", True)]
    assert scene.pages()[1]["error"] == {"code": "corrupt_file", "title": "Corrupt file", "detail": "bad"}
    assert scene.tickets == [] and not scene.upload.exists()


def test_a_page_past_its_time_fails_alone(scene):
    scene.submit_file(pages=2)
    assert scene.run(Pages(lambda: time.sleep(10), lambda: "two"), page_timeout=1).status == "completed"
    assert scene.pages()[0]["error"]["code"] == PageTimeout.code
    assert scene.pages()[1]["text"] == "two"


def test_a_fault_that_may_pass_is_tried_three_more_times_with_growing_pauses(scene):
    scene.submit_file(pages=2)
    document = Pages(lambda: "one", fails(RuntimeError("the engine stumbled")))
    stages = [scene.run(document).stage for _ in range(4)]
    assert stages == ["retrying", "retrying", "retrying", "completed"]
    assert [delay for _, delay in scene.tickets] == [1, 2, 4]
    assert document.read == [1, 2, 2, 2, 2], "a page that is done is not read again"
    assert [page["success"] for page in scene.pages()] == [True, False]
    assert "stumbled" not in str(scene.pages())


def test_pages_of_a_text_layer_are_stored_together_and_none_is_lost_to_a_fault(scene):
    scene.submit_file(pages=3)
    document = Pages(lambda: "one", lambda: "two", fails(RuntimeError("the engine stumbled")), source="text_layer")
    assert scene.run(document).pages_done == 2
    document.pages = (lambda: "one", lambda: "two", lambda: "three")
    assert scene.run(document).status == "completed"
    assert document.read == [1, 2, 3, 3]
    assert [page["text"] for page in scene.pages()] == ["one", "two", "three"]


def test_a_long_document_is_read_unit_by_unit_and_ends_with_the_last(scene):
    scene.submit_file(pages=12)
    document = Pages(*[lambda number=number: f"page {number}" for number in range(1, 13)])
    assert [scene.run(document).pages_done for _ in range(3)] == [5, 10, 12]
    assert document.read == list(range(1, 13))
    assert [page["text"] for page in scene.pages()] == [f"page {number}" for number in range(1, 13)]
    assert not scene.upload.exists()
    scene.run(document)
    assert not scene.found


def test_a_fault_that_passes_leaves_a_whole_result(scene):
    scene.submit_file()
    tries = []

    def page():
        tries.append(1)
        if len(tries) < 3:
            raise OSError("no memory just now")
        return "third time lucky"

    for _ in range(3):
        record = scene.run(Pages(page))
    assert (record.status, record.attempts) == ("completed", 3)
    assert scene.pages()[0]["text"] == "third time lucky"


def test_a_picture_that_cannot_be_read_fails_its_job_once(scene):
    scene.submit_file("image")
    record = scene.run(Pages(fails(CorruptFile("bad"))))
    assert (record.status, record.attempts, record.error["code"]) == ("failed", 1, "corrupt_file")
    assert scene.tickets == [] and not scene.upload.exists()


class WorkerDied(BaseException):
    """Stands for a killed process: nothing of ours catches it."""


def stop_two_workers(scene, document):
    for _ in range(2):
        with pytest.raises(WorkerDied):
            scene.run(document)
        time.sleep(0.1)
        assert scene.unit_queue.recover((scene.id, 1))


def test_a_page_that_stops_its_worker_twice_is_given_up_and_its_neighbours_are_read(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    scene.submit_file(pages=3)
    document = Pages(lambda: "one", fails(WorkerDied()), lambda: "three")
    stop_two_workers(scene, document)
    assert scene.run(document).status == "completed"
    assert [page.get("error", {}).get("code") for page in scene.pages()] == [None, "page_crashed", None]
    assert document.read == [1, 2, 2, 3]
    assert scene.store.dead_letters(0, 10)[1][0][0] == scene.id
    assert scene.upload.exists(), "what is to be looked at is kept"


def test_a_document_whose_opening_stops_its_worker_twice_is_a_dead_letter(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    scene.submit_file(pages=1)
    document = Pages(lambda: "never")
    monkeypatch.setattr(document, "open", lambda *_: fails(WorkerDied())())
    monkeypatch.setattr(PageWriter, "end", _unless_dying(PageWriter.end))
    stop_two_workers(scene, document)
    record = scene.run(document)
    assert (record.status, record.error["code"]) == ("failed", "page_crashed")
    assert scene.store.dead_since(scene.id)


def test_a_job_whose_result_stops_its_worker_twice_is_a_dead_letter(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    monkeypatch.setattr("services.worker.runner.summarize", lambda *_: fails(WorkerDied())())
    scene.submit_file(pages=2)
    document = Pages(lambda: "one", lambda: "two")
    stop_two_workers(scene, document)
    record = scene.run(document)
    assert (record.status, record.error["code"]) == ("failed", "page_crashed")
    assert document.read == [1, 2]
    assert scene.store.dead_since(scene.id)


def test_a_job_whose_result_cannot_be_made_is_given_up_after_its_tries(scene, monkeypatch):
    monkeypatch.setattr("services.worker.runner.summarize", lambda *_: {}["no such key"])
    scene.submit_file(pages=2)
    document = Pages(lambda: "one", lambda: "two")
    stages = [scene.run(document).stage for _ in range(4)]
    assert stages == ["retrying", "retrying", "retrying", "failed"]
    assert scene.store.get(scene.id).error["code"] == "retries_exhausted"


def _unless_dying(orderly):
    def end(self, mark, page=None):
        if not isinstance(sys.exc_info()[1], WorkerDied):
            orderly(self, mark, page)

    return end


def test_a_stopping_worker_hands_its_job_back_after_the_page_at_hand(scene):
    scene.submit_file(pages=2)

    def last_page_before_the_stop():
        scene.stopping = True
        return "one"

    document = Pages(last_page_before_the_stop, lambda: "two")
    assert (scene.run(document).stage, scene.tickets) == ("queued", [(scene.id, 0.0)])
    assert scene.upload.exists()
    scene.stopping = False
    assert scene.run(document).status == "completed"
    assert document.read == [1, 2]


def test_a_job_delivered_twice_is_worked_on_once(scene):
    scene.submit_file()
    document = Pages(lambda: "one")
    scene.run(document)
    scene.run(document)
    assert document.read == [1]


def test_a_worker_that_lost_its_unit_writes_nothing(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    scene.submit_file()

    def slow():
        time.sleep(0.2)
        scene.unit_queue.recover((scene.id, 1))
        scene.take("faster worker")
        return "stale"

    monkeypatch.setattr("services.worker.lease.Lease._renew", lambda self: None)
    record = scene.run(Pages(slow))
    assert record.status == "processing"
    assert scene.store.pages_done(scene.id) == {}
    assert scene.upload.exists()


def test_a_page_that_outlasts_its_lease_twice_is_not_taken_for_one_that_kills(scene, monkeypatch):
    monkeypatch.setattr("services.jobs.unit_queue.LEASE_SECONDS", 0.05)
    monkeypatch.setattr("services.worker.lease.Lease._renew", lambda self: None)
    scene.submit_file()

    def slow():
        time.sleep(0.2)
        scene.unit_queue.recover((scene.id, 1))
        return "late"

    for _ in range(3):
        scene.run(Pages(slow))
    assert scene.run(Pages(lambda: "in time")).status == "completed"
    assert scene.pages()[0]["text"] == "in time"


def test_no_page_is_begun_after_a_job_was_cancelled(scene):
    scene.submit_file(pages=3)
    document = Pages(lambda: "one", lambda: scene.store.cancel(scene.id) and "two", lambda: "three")
    assert scene.run(document).status == "cancelled"
    assert document.read == [1, 2]
    assert scene.store.result(scene.id) is None


def test_an_upload_that_is_gone_fails_the_job_clearly_and_at_once(scene):
    scene.submit_file()
    scene.upload.unlink()
    record = scene.run(Pages(lambda: "never"))
    assert (record.status, record.error["code"]) == ("failed", "upload_missing")
