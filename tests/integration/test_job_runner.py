"""What becomes of a job when its pages fail, hang or stop their worker: a real Redis, and pages that do as told."""

import time

import pytest

from paddleocr_service import EngineInfo
from services import job_runner
from services.errors import CorruptFile, PageTimeout
from services.job_record import JobOptions, JobRecord, new_job_id
from services.job_runner import JobRunner
from services.job_store import JobStore, Retention
from services.redis_service import RedisService
from services.storage import FileStorage, UploadSignature


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


class Scene:
    """A store, an upload folder, and a queue that the test delivers from by hand."""

    def __init__(self, url, folder):
        redis = RedisService(url)
        redis.client.flushdb()
        self.store = JobStore(redis, Retention(60, 60, 10))
        self.folder = folder
        self.uploads = FileStorage(folder, UploadSignature("secret"))
        self.queue = []
        self.stopping = False

    def submit(self, kind="pdf"):
        incoming = self.uploads.receive()
        incoming.write(b"upload")
        record = JobRecord(
            new_job_id(), "public", "processing", "queued", kind, "a.pdf", 6, JobOptions("en", 300),
            self.uploads.keep(incoming), "content", "request",
        )  # fmt: skip
        self.store.submit(record)
        self.id = record.id
        self.upload = self.folder / record.upload

    def run(self, document, page_timeout=5):
        enqueue = lambda job_id, delay: self.queue.append((job_id, delay))  # noqa: E731
        stopping = lambda: self.stopping  # noqa: E731
        JobRunner(self.store, self.uploads, document, enqueue, page_timeout, stopping).run(self.id)
        return self.store.get(self.id)

    def pages(self):
        return self.store.result(self.id)["pages"]


@pytest.fixture
def scene(redis_server, tmp_path):
    return Scene(redis_server.url, tmp_path)


def fails(error):
    def page():
        raise error

    return page


def test_a_page_that_cannot_be_read_fails_alone(scene):
    scene.submit()
    assert scene.run(Pages(lambda: "one", fails(CorruptFile("bad")), lambda: "three")).status == "completed"
    assert [(page["text"], page["success"]) for page in scene.pages()] == [("one", True), ("", False), ("three", True)]
    assert scene.pages()[1]["error"] == {"code": "corrupt_file", "title": "Corrupt file", "detail": "bad"}
    assert scene.queue == [] and not scene.upload.exists()


def test_a_page_past_its_time_fails_alone(scene):
    scene.submit()
    assert scene.run(Pages(lambda: time.sleep(10), lambda: "two"), page_timeout=1).status == "completed"
    assert scene.pages()[0]["error"]["code"] == PageTimeout.code
    assert scene.pages()[1]["text"] == "two"


def test_a_fault_that_may_pass_is_tried_three_more_times_with_growing_pauses(scene):
    scene.submit()
    document = Pages(lambda: "one", fails(RuntimeError("the engine stumbled")))
    stages = [scene.run(document).stage for _ in range(4)]
    assert stages == ["retrying", "retrying", "retrying", "completed"]
    assert [delay for _, delay in scene.queue] == [1, 2, 4]
    assert document.read == [1, 2, 2, 2, 2], "a page that is done is not read again"
    assert [page["success"] for page in scene.pages()] == [True, False]
    assert "stumbled" not in str(scene.pages())


def test_pages_of_a_text_layer_are_read_again_in_another_try_unless_they_took_long(scene):
    scene.submit()
    slow = lambda: time.sleep(0.06) or "one"  # noqa: E731
    document = Pages(slow, lambda: "two", fails(RuntimeError("the engine stumbled")), source="text_layer")
    assert scene.run(document).pages_done == 2
    assert list(scene.store.pages_done(scene.id)) == [1]
    document.pages = (slow, lambda: "two", lambda: "three")
    assert scene.run(document).status == "completed"
    assert document.read == [1, 2, 3, 2, 3]
    assert [page["text"] for page in scene.pages()] == ["one", "two", "three"]


def test_a_fault_that_passes_leaves_a_whole_result(scene):
    scene.submit()
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
    scene.submit("image")
    record = scene.run(Pages(fails(CorruptFile("bad"))))
    assert (record.status, record.attempts, record.error["code"]) == ("failed", 1, "corrupt_file")
    assert scene.queue == [] and not scene.upload.exists()


def test_a_page_that_stops_its_worker_twice_is_given_up_and_its_neighbours_are_read(scene, monkeypatch):
    monkeypatch.setattr("services.job_store.LEASE_SECONDS", 0.05)

    class WorkerDied(BaseException):
        """Stands for a killed process: nothing of ours catches it."""

    monkeypatch.setattr(job_runner._PageTry, "__exit__", _dies_with(WorkerDied))
    scene.submit()
    document = Pages(lambda: "one", fails(WorkerDied()), lambda: "three")
    for _ in range(2):
        with pytest.raises(WorkerDied):
            scene.run(document)
        time.sleep(0.1)
        assert scene.store.requeue(scene.id, "", "queued")
    assert scene.run(document).status == "completed"
    assert [page.get("error", {}).get("code") for page in scene.pages()] == [None, "page_crashed", None]
    assert document.read == [1, 2, 2, 3]


def _dies_with(death):
    orderly = job_runner._PageTry.__exit__

    def leave(self, kind, error, traceback):
        if kind is None or not issubclass(kind, death):
            orderly(self, kind, error, traceback)

    return leave


def test_a_stopping_worker_hands_its_job_back_after_the_page_at_hand(scene):
    scene.submit()

    def last_page_before_the_stop():
        scene.stopping = True
        return "one"

    document = Pages(last_page_before_the_stop, lambda: "two")
    assert (scene.run(document).stage, scene.queue) == ("queued", [(scene.id, 0.0)])
    assert scene.upload.exists()
    scene.stopping = False
    assert scene.run(document).status == "completed"
    assert document.read == [1, 2]


def test_a_job_delivered_twice_is_worked_on_once(scene):
    scene.submit()
    document = Pages(lambda: "one")
    scene.run(document)
    scene.run(document)
    assert document.read == [1]


def test_a_worker_that_lost_its_job_writes_nothing(scene, monkeypatch):
    monkeypatch.setattr("services.job_store.LEASE_SECONDS", 0.05)
    scene.submit()

    def slow():
        time.sleep(0.2)
        scene.store.requeue(scene.id, "", "queued")
        scene.store.claim(scene.id, "faster worker")
        return "stale"

    monkeypatch.setattr("services.lease.Lease._renew", lambda self: None)
    record = scene.run(Pages(slow))
    assert record.status == "processing"
    assert scene.store.pages_done(scene.id) == {}
    assert scene.upload.exists()


def test_an_upload_that_is_gone_fails_the_job_clearly_and_at_once(scene):
    scene.submit()
    scene.upload.unlink()
    record = scene.run(Pages(lambda: "never"))
    assert (record.status, record.error["code"]) == ("failed", "upload_missing")
