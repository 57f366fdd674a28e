"""Generated files are stored with the result and leave nothing behind, however the job ends."""

import time
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import pytest

from services import keys
from services.errors import CorruptFile, OutputFailed, PageTimeout
from services.jobs import unit_queue
from services.jobs.outputs import PICTURES, delete_outputs, failure
from services.ocr_service.options import DocumentOptions
from services.worker import sweeper as sweeper_module
from services.worker.page_writer import PageWriter
from services.worker.sweeper import Sweeper
from stress.harness import wait_until
from tests.integration.test_unit_runner import Pages, fails
from tests.integration.test_unit_runner import Scene as RunnerScene
from tests.support.jobs import record

OPTIONS = DocumentOptions(lang="en", dpi=300, outputs="annotated,pdf")


FINISH = PageWriter.finish


class Killed(BaseException):
    """The worker's process ends here: nothing after it runs."""


class Creator:
    """Creates what the test wants."""

    def __init__(self):
        self.create = lambda name, source, pages, out, masked, password: out.write(f"{name} {texts(pages)}".encode())
        self.draw = lambda annotated, number, side, password: b"picture"


def texts(pages):
    return [page["text"] for page in pages.pages()]


class Scene(RunnerScene):
    def __init__(self, redis, folder):
        super().__init__(redis, folder)
        self.creator = Creator()

    def submit_file(self, content="content", outputs="annotated,pdf", pages=1):
        incoming = self.uploads.receive()
        incoming.write(b"upload")
        options = replace(OPTIONS, outputs=outputs)
        job = record(content, pages, kind="pdf", upload=self.uploads.save(incoming), options=options)
        if self.store.submit(job).outcome != "lead":
            self.uploads.delete(job.upload)
        self.id = job.id
        return job

    def sweep(self):
        sweeper = Sweeper(
            redis=self.redis,
            store=self.store,
            unit_queue=self.unit_queue,
            storage=self.uploads,
            arrivals=SimpleNamespace(sweep=lambda: None),
            send_ticket=lambda job_id, delay: self.tickets.append((job_id, delay)),
            ticket_count=lambda: 0,
        )
        sweeper.sweep()
        sweeper.sweep_outputs()
        return sweeper

    def make_outputs_due(self):
        for result in self.store.results_with_outputs():
            self.redis.client.zadd(keys.OUTPUTS, {result: 1})

    def delete(self, job):
        delete_outputs(self.uploads, self.store, self.store.delete(job.id).outputs)

    def files(self):
        """What is in the storage: names relative to its folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def outputs(self, job):
        return {f"outputs/{job.id}.{name}" for name in ("pdf", "annotated", "annotated-pages")}

    def leaves_nothing(self):
        left = list(self.redis.client.scan_iter("ocr:result*"))
        return self.files() == set() and left == [] and self.store.results_with_outputs() == set()


@pytest.fixture
def scene(redis, tmp_path):
    return Scene(redis, tmp_path)


def test_outputs_are_created_from_the_pages_and_the_upload(scene):
    job, sources = scene.submit_file(pages=2), []
    create = scene.creator.create
    scene.creator.create = lambda name, source, *rest: (
        sources.append(source.read_bytes()) or create(name, source, *rest)
    )
    assert scene.run(Pages(lambda: "one", lambda: "two")).status == "completed"
    assert sources == [b"upload", b"upload"]
    assert scene.files() == scene.outputs(job), "the upload is deleted"
    assert (scene.folder / f"outputs/{job.id}.pdf").read_bytes() == b"pdf ['one', 'two']"


def test_a_job_without_outputs_creates_none(scene):
    scene.submit_file(outputs="")
    scene.run(Pages(lambda: "one"))
    assert scene.files() == set() and not scene.store.results_with_outputs()


def test_a_deleted_job_leaves_no_file(scene):
    job = scene.submit_file()
    scene.run(Pages(lambda: "one"))
    scene.delete(job)
    assert scene.leaves_nothing()


def test_jobs_that_share_a_result_share_its_files(scene):
    leader, follower = scene.submit_file(), scene.submit_file()
    scene.id = leader.id
    scene.run(Pages(lambda: "one"))
    hit = scene.submit_file()
    assert {scene.store.get(job.id).result for job in (leader, follower, hit)} == {leader.id}
    scene.delete(leader)
    scene.delete(hit)
    assert scene.files() == scene.outputs(leader)
    scene.delete(follower)
    assert scene.leaves_nothing()


def test_an_expired_result_leaves_no_file(scene):
    job = scene.submit_file()
    scene.run(Pages(lambda: "one"))
    scene.make_outputs_due()
    scene.sweep()
    assert scene.files() == scene.outputs(job), "the result is still there"
    assert scene.redis.client.zscore(keys.OUTPUTS, job.id) > scene.redis.now() + 50
    scene.redis.client.delete(keys.RESULT + job.id, keys.RESULT_JOBS + job.id)
    scene.make_outputs_due()
    scene.sweep()
    assert scene.leaves_nothing()


def test_a_job_cancelled_while_its_files_are_created_leaves_no_file(scene):
    job = scene.submit_file()

    def cancel_meanwhile(name, source, pages, out, masked, password):
        out.write(b"half")
        upload = scene.store.cancel(job.id)
        scene.uploads.delete(upload or "")

    scene.creator.create = cancel_meanwhile
    assert scene.run(Pages(lambda: "one")).status == "cancelled"
    scene.make_outputs_due()
    scene.sweep()
    assert scene.leaves_nothing()


@pytest.mark.parametrize("then", ["cancelled", "completed"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_worker_killed_while_it_creates_files_leaves_no_file(scene, monkeypatch, then, saved):
    monkeypatch.setattr(unit_queue, "LEASE_SECONDS", 0.2)
    job, create = scene.submit_file(), scene.creator.create

    def killed(name, source, pages, out, masked, password):
        if saved and name == "annotated":
            create(name, source, pages, out, masked, password)
        else:
            raise Killed()

    scene.creator.create = killed
    with pytest.raises(Killed):
        scene.run(Pages(lambda: "one"))
    assert scene.store.results_with_outputs() == {job.id}, "registered before the first file"
    scene.creator.create = create
    wait_until(scene.unit_queue.expired_leases, 5, "the end of the lease")
    scene.make_outputs_due()
    if then == "cancelled":
        scene.uploads.delete(scene.store.cancel(job.id))
        scene.sweep()
        scene.make_outputs_due()
        scene.sweep()
        assert scene.leaves_nothing()
    else:
        scene.sweep()
        assert scene.run(Pages(lambda: "again")).status == "completed"
        assert scene.files() == scene.outputs(job)
        scene.delete(job)
        assert scene.leaves_nothing()


def test_files_that_crash_the_worker_twice_are_left_out(scene, monkeypatch):
    monkeypatch.setattr(unit_queue, "LEASE_SECONDS", 0.2)
    job = scene.submit_file()

    def killed(*arguments):
        raise Killed()

    scene.creator.create = killed
    for _ in range(2):
        # A killed process does not record that its step ended.
        monkeypatch.setattr(PageWriter, "finish", unfinished_outputs)
        with pytest.raises(Killed):
            scene.run(Pages(lambda: "one"))
        wait_until(scene.unit_queue.expired_leases, 5, "the end of the lease")
        scene.sweep()
    assert scene.run(Pages(lambda: "one")).status == "completed"
    assert scene.files() == set() and scene.store.result(job.id)


def unfinished_outputs(writer, step, page=None, packed=b""):
    if step != "outputs":
        FINISH(writer, step, page, packed)


@pytest.mark.parametrize("error", [CorruptFile("no PDF"), ZeroDivisionError()])
def test_a_file_that_cannot_be_created_does_not_fail_the_job(scene, error):
    job, create = scene.submit_file(), scene.creator.create

    def fail(name, *rest):
        if name == "pdf":
            raise error
        create(name, *rest)

    scene.creator.create = fail
    assert scene.run(Pages(lambda: "one")).status == "completed"
    failures = f"outputs/{job.id}.failures"
    assert scene.files() == scene.outputs(job) - {f"outputs/{job.id}.pdf"} | {failures}
    assert isinstance(error, ZeroDivisionError) or b"no PDF" in (scene.folder / failures).read_bytes()
    scene.delete(job)
    assert scene.leaves_nothing()


def test_a_page_that_cannot_be_drawn_has_no_picture(scene):
    job = scene.submit_file(pages=3, outputs="annotated")

    def draw(annotated, number, side, password):
        if number == 2:
            raise PageTimeout()
        return b"%d" % number

    scene.creator.draw = draw
    assert scene.run(Pages(lambda: "one", lambda: "two", fails(CorruptFile("bad")))).status == "completed"
    with zipfile.ZipFile(scene.folder / f"outputs/{job.id}.annotated-pages") as archive:
        assert archive.namelist() == ["1.png"] and archive.read("1.png") == b"1"


def test_each_page_of_a_file_has_its_own_time_limit(scene):
    """Four pages of half a second, with a limit of one second."""
    job = scene.submit_file(pages=4, outputs="pdf")

    def slow(name, source, pages, out, masked, password):
        for _ in pages.pages():
            time.sleep(0.5)

    scene.creator.create = slow
    assert scene.run(Pages(*[lambda: "one"] * 4), page_timeout=1).status == "completed"
    assert scene.files() == scene.outputs(job) - {f"outputs/{job.id}.{name}" for name in ("annotated", PICTURES)}


def test_orphaned_files_are_deleted_by_age_and_others_are_kept(scene, monkeypatch):
    monkeypatch.setattr(sweeper_module, "UPLOAD_AGE_SECONDS", -60)
    job = scene.submit_file()
    scene.run(Pages(lambda: "one"))
    scene.uploads.save(scene.uploads.receive(), scene.uploads.output_key("gone", "pdf"))
    scene.sweep().sweep_uploads()
    assert scene.files() == scene.outputs(job)


def test_words_are_found_for_the_files_and_left_out_of_the_result(scene):
    assert OPTIONS.words and not replace(OPTIONS, outputs="").words
    seen = []
    scene.creator.create = lambda name, source, pages, out, masked, password: seen.extend(pages.pages())
    document = Pages(lambda: "one two")
    recognize = document.recognize
    words = [{"text": "one", "confidence": 1, "bbox": [[0, 0], [1, 0], [1, 1], [0, 1]]}]
    line = {"text": "one two", "confidence": 1, "bbox": [[0, 0], [1, 0], [1, 1], [0, 1]], "words": words}
    document.recognize = lambda number: {**recognize(number), "lines": [line]}
    job = scene.submit_file(pages=1)
    scene.run(document)
    assert seen[0]["lines"][0]["words"] == words
    assert "words" not in str(scene.store.result(job.id))


@pytest.mark.parametrize(("error", "reason"), [(CorruptFile("It has no pages."), "It has no pages."), (KeyError(), "")])
def test_the_reason_why_a_file_is_missing_is_reported(scene, error, reason):
    job = scene.submit_file(outputs="pdf")

    def fail(*arguments):
        raise error

    scene.creator.create = fail
    scene.run(Pages(lambda: "one"))
    usual = OutputFailed()
    expected = f"{usual.problem} {reason}" if reason else usual.message
    assert failure(scene.uploads, job.id, "pdf").message == expected
    assert failure(scene.uploads, job.id, "annotated").message == usual.message
