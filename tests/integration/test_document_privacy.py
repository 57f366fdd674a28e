"""Document numbers in the whole service: they are in the result, and nowhere else. With `mask`, not even there."""

import io
import json
import re
import zipfile
import zlib

import pytest
import requests

from services.exports.formats import FORMATS
from stress.harness import wait_until
from tests.support.collector import Collector
from tests.support.drawing import picture
from tests.support.exports import everything_in
from tests.support.identity import EXAMPLES, LABELS, td3
from tests.support.receiver import Receiver
from tests.support.redis_snapshot import RedisSnapshot
from tests.support.scripted_service import ScriptedService

#: One line for each type, and a machine-readable zone. The scripted engine puts all lines at the same place.
TEXT = "\n".join([*(f"{LABELS[kind]}: {number}" for kind, number in EXAMPLES.items()), *td3("K5106821")])
VISIBLE = {"aadhaar": 4, "aadhaar_vid": 4}
ADMIN = "token of the administrator, 32 b."


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A service, the collector of its traces, and a receiver of its webhooks."""
    settings = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "ADMIN_TOKEN": ADMIN, "LOG_LEVEL": "DEBUG"}
    with Collector() as collector, Receiver() as receiver:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
        with ScriptedService(tmp_path_factory.mktemp("watched"), **settings, **endpoint) as service:
            yield service, collector, receiver


def plain(content):
    return re.sub(rb"[\s\-./_]", b"", content).upper()


def numbers_in(content: bytes, hidden_part_only: bool = False) -> list[str]:
    """Types of the numbers that the content has."""
    found = []
    for kind, number in EXAMPLES.items():
        secret = number.replace("-", "")
        secret = secret[: len(secret) - VISIBLE.get(kind, 0)] if hidden_part_only else secret
        if secret.encode() in plain(content):
            found.append(kind)
    return found


def stored(redis, known=()) -> bytes:
    """All that is in Redis, unpacked, apart from the known keys."""
    found = []
    for key, value in RedisSnapshot(redis).values.items():
        if key in known:
            continue
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, set) else [value]:
            content = each if isinstance(each, bytes) else str(each).encode()
            try:
                found.append(zlib.decompressobj().decompress(content))
            except zlib.error:
                found.append(content)
    return b"\n".join(found)


def unpacked(content: bytes) -> bytes:
    """The files in a zip, such as a spreadsheet, or the content itself."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def written(service, collector, receiver) -> dict[str, bytes]:
    """Everything that the service wrote about jobs, apart from their results."""
    admin = {"Authorization": f"Bearer {ADMIN}"}
    return {
        **{path.name: path.read_bytes() for path in service.folder.glob("*.log")},
        "metrics": service.get("/metrics").content,
        "jobs": service.get("/ocr/jobs").content,
        "dead letters": service.get("/admin/dead-letters", headers=admin).content,
        "traces": "".join(map(str, collector.spans)).encode(),
        "webhooks": b"".join(call.body for call in receiver.calls),
    }


def test_numbers_are_in_the_result_and_in_nothing_else_that_the_service_writes(watched):
    service, collector, receiver = watched
    service.configure_engine(text=TEXT)
    calls = len(receiver.calls)
    response = service.post("/ocr/predict", picture("numbers"), extract="ids,mrz", callback_url=receiver.url)
    documents = response.json()["documents"]
    assert {each["type"]: each["number"] for each in documents} == {**EXAMPLES, "mrz": "K5106821"}
    assert all(each["valid"] for each in documents)
    job = f"/ocr/job/{response.json()['job_id']}"
    events = service.get(f"{job}/events").content
    service.configure_engine(text=TEXT, fails=True)
    failed = service.post("/ocr/predict", picture("fails"), extract="all", callback_url=receiver.url)
    assert failed.status_code != 200
    wait_until(lambda: len(receiver.calls) >= calls + 1, 30, "a webhook")
    wait_until(lambda: collector.spans, 30, "a span")
    contents = {**written(service, collector, receiver), "events": events, "status": service.get(job).content}
    assert all(contents.values()), "something to search in"
    assert {name: numbers_in(content) for name, content in contents.items() if numbers_in(content)} == {}


@pytest.mark.parametrize(
    "options", [{"mask": "all"}, {"mask": "all", "extract": "all"}, {"mask": "all", "detail": "word"}]
)
def test_masked_numbers_are_in_no_byte_that_the_service_returns_or_stores(watched, options):
    service, _, _ = watched
    redis = service.redis.client()
    known = RedisSnapshot(redis).values.keys()
    service.configure_engine(text=TEXT)
    response = service.post("/ocr/predict", picture(f"masked {options}"), **options)
    assert response.status_code == 200
    again = service.post("/ocr/predict", picture(f"masked {options}"), **options)
    assert again.json()["cached"] is True
    result = service.get(f"/ocr/job/{response.json()['job_id']}/result")
    for content in (response.content, again.content, result.content, stored(redis, known)):
        assert numbers_in(content, hidden_part_only=True) == []
        assert b"8814" in content, "the visible end"


@pytest.mark.parametrize("format", [each.name for each in FORMATS if not each.needs_source])
def test_masked_numbers_are_in_no_format(watched, format):
    service, _, _ = watched
    service.configure_engine(text=TEXT)
    job = service.post("/ocr/predict", picture("formats"), mask="all", extract="all", detail="word").json()["job_id"]
    response = service.get(f"/ocr/job/{job}/result", params={"format": format})
    assert response.status_code == 200
    assert numbers_in(unpacked(response.content), hidden_part_only=True) == []


@pytest.mark.parametrize("output", ["pdf", "annotated"])
def test_masked_numbers_are_in_no_generated_file(watched, output, tmp_path):
    service, _, _ = watched
    service.configure_engine(text=TEXT)
    response = service.post("/ocr/predict", picture(f"outputs {output}"), mask="all", outputs=output)
    result = service.get(f"/ocr/job/{response.json()['job_id']}/result", params={"format": output})
    assert (result.status_code, result.headers["Content-Type"]) == (200, "application/pdf")
    (tmp_path / "out").write_bytes(result.content)
    assert numbers_in(everything_in(tmp_path / "out"), hidden_part_only=True) == []
    assert response.json()["masked_areas"]


def test_options_are_part_of_the_cache_key(watched):
    service, _, _ = watched
    service.configure_engine(text=TEXT)
    first = service.post("/ocr/predict", picture("key"))
    assert "documents" not in first.json()
    with_documents = service.post("/ocr/predict", picture("key"), extract="ids").json()
    masked = service.post("/ocr/predict", picture("key"), extract="ids", mask="aadhaar").json()
    same = service.post("/ocr/predict", picture("key"), extract=" ids,ids ", mask="aadhaar").json()
    assert (with_documents["cached"], masked["cached"], same["cached"]) == (False, False, True)
    assert "366360248814" not in json.dumps(masked) and "366360248814" in json.dumps(with_documents)


@pytest.mark.parametrize("option", ["extract", "mask"])
def test_unknown_name_is_an_error_that_names_the_option(watched, option):
    service, _, _ = watched
    response = service.post("/ocr/predict", picture("unknown"), **{option: "faces"})
    assert response.status_code == 400
    assert (response.json()["code"], f"`{option}`" in response.json()["detail"]) == ("invalid_option", True)
    assert "faces" in response.json()["detail"]


def test_batches_and_announced_uploads_accept_the_options(watched):
    service, _, _ = watched
    service.configure_engine(text=TEXT)
    options = {"extract": "ids", "mask": "pan"}
    files = [("files", ("a.png", picture("batch")))]
    batch = requests.post(service.url + "/ocr/batch", files=files, data={**options, "wait": 20}, timeout=60)
    (job,) = batch.json()["jobs"]
    numbers = {each["type"]: each["number"] for each in service.get(job["links"]["result"]).json()["documents"]}
    assert numbers == {**EXAMPLES, "pan": "XXXXXXXXXX", "gstin": "14XXXXXXXXXX3ZB"}
    upload = {"filename": "a.png", "file_size": 9, **options}
    assert requests.post(service.url + "/ocr/uploads", json=upload, timeout=10).status_code == 201
