"""Submissions: what they cost (options are checked once, a new record is not read back), replays, bad files."""

import io
from dataclasses import replace
from types import SimpleNamespace

import pytest

from services.errors import CorruptFile, EmptyFile, JobNotFound
from services.jobs.large_reads import LargeReads
from services.jobs.result_body import StoredResult, pack_result
from tests.support.jobs import record
from tests.support.memory_storage import MemoryStorage


class FakeJobs:
    """Accepts each file as a job of its name. A file named "bad" fails."""

    def __init__(self):
        self.checked, self.reads, self.records = [], [], {}
        self.large_reads = LargeReads()

    def ensure_accepting(self, slot):
        pass

    def check_options(self, options):
        self.checked.append(options)

    def submit(self, submitted, file, kinds, slot):
        if submitted.filename == "bad":
            raise CorruptFile("broken")
        job = record(id=submitted.id, filename=submitted.filename, options=submitted.options)
        self.records[job.id] = job
        return job

    def get(self, job_id, owner):
        self.reads.append(job_id)
        if job_id not in self.records:
            raise JobNotFound()
        return self.records[job_id]

    def result(self, job):
        return StoredResult.of(pack_result([b'{"success":true,"text":"text"']))


class FakeIdempotency:
    """Remembers one key."""

    def __init__(self):
        self.stored = None

    def once(self, owner, key, fingerprint, create):
        if self.stored is not None:
            return self.stored, True
        self.stored = create(lambda number: f"{key}-{number}")
        return self.stored, False


@pytest.fixture
def jobs():
    return FakeJobs()


@pytest.fixture
def storage(tmp_path):
    return MemoryStorage(tmp_path)


@pytest.fixture
def post(make_app, jobs, storage):
    batches = SimpleNamespace(save=lambda owner, files: "batch")
    services = SimpleNamespace(jobs=jobs, storage=storage, batches=batches, idempotency=FakeIdempotency())
    client = make_app(services).test_client()

    def send(path, *names, key=None, **options):
        field = "files" if path == "/ocr/batch" else "file"
        files = [(io.BytesIO(b"image"), name) for name in names]
        headers = {"Idempotency-Key": key} if key else {}
        return client.post(path, data={field: files, **options}, headers=headers)

    return send


@pytest.mark.parametrize("path", ["/ocr/image", "/ocr/predict", "/ocr/batch"])
def test_options_are_checked_once(post, jobs, path):
    assert post(path, "a.png", dpi=100).status_code == 202
    assert [options.dpi for options in jobs.checked] == [100]


@pytest.mark.parametrize("path", ["/ocr/image", "/ocr/batch"])
@pytest.mark.parametrize("key", [None, "key"])
def test_created_record_is_not_read_back(post, jobs, path, key):
    response = post(path, "a.png", key=key)
    body = response.json["jobs"][0] if path == "/ocr/batch" else response.json
    assert (response.status_code, body["filename"]) == (202, "a.png")
    assert jobs.reads == []


def test_result_that_is_already_known_is_returned_without_waiting(post, jobs):
    submit = jobs.submit
    jobs.submit = lambda *submission: replace(submit(*submission), status="completed")
    response = post("/ocr/predict", "a.png")
    assert (response.status_code, response.json["text"]) == (200, "text")
    assert jobs.reads == []


def test_replay_returns_the_jobs_of_the_first_request(post, jobs):
    first, second = (post("/ocr/batch", "a.png", "bad", "c.png", key="key") for _ in range(2))
    assert second.json == first.json
    assert [item["status"] for item in first.json["jobs"]] == ["processing", "failed", "processing"]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(jobs.records) == 2


def test_replay_of_a_deleted_job_reports_that_it_is_missing(post, jobs):
    post("/ocr/image", "a.png", key="key")
    jobs.records.clear()
    response = post("/ocr/image", "a.png", key="key")
    assert (response.status_code, response.json["code"]) == (404, "job_not_found")


def test_replay_of_a_batch_reports_deleted_jobs_one_by_one(post, jobs):
    first = post("/ocr/batch", "a.png", "b.png", key="key")
    del jobs.records[first.json["jobs"][0]["job_id"]]
    items = post("/ocr/batch", "a.png", "b.png", key="key").json["jobs"]
    assert items[0]["error"]["code"] == "job_not_found"
    assert items[1] == first.json["jobs"][1]


def test_batch_without_a_good_file_is_the_first_error_and_lists_all(post, jobs):
    jobs.submit = fail_with(EmptyFile(), CorruptFile("broken"))
    response = post("/ocr/batch", "a.png", "b.png")
    assert (response.status_code, response.json["code"]) == (400, "empty_file")
    assert [item["error"]["code"] for item in response.json["jobs"]] == ["empty_file", "corrupt_file"]
    assert response.json["summary"] == {"total_files": 2, "jobs_created": 0, "failed_files": 2, "success": False}


def fail_with(*errors):
    remaining = list(errors)

    def submit(*submission):
        raise remaining.pop(0)

    return submit


def test_error_of_a_file_names_the_file(post):
    response = post("/ocr/image", "bad")
    assert (response.status_code, response.json["code"], response.json["filename"]) == (422, "corrupt_file", "bad")


def test_file_in_an_unknown_field_is_rejected(make_app, jobs, storage):
    client = make_app(SimpleNamespace(jobs=jobs, storage=storage)).test_client()
    response = client.post("/ocr/image", data={"picture": (io.BytesIO(b"image"), "a.png")})
    assert (response.status_code, response.json["code"]) == (400, "invalid_option")
    assert "`file`" in response.json["detail"]
