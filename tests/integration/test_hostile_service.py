"""Every hostile file, sent to the whole service: a result or a clear error, and a service that is none the worse.

The danger lies in decoding and rendering, which are real here; the pixels that come out go to the null engine.
"""

import concurrent.futures

import pytest

from stress.harness import ServiceProcesses
from tests.support.drawing import picture

CLEAR = {400, 422}


@pytest.fixture
def service(tmp_path):
    with ServiceProcesses(tmp_path, OCR_RUNTIME="null") as running:
        yield running


def test_hostile_files_harm_nothing(service, shared_data):
    files = sorted((shared_data / "hostile").iterdir())
    children = {child.pid for child in service.worker_children()}

    def send(path):
        answer = service.post("/ocr/predict", path.read_bytes(), path.name, dpi=72, wait=110)
        if answer.status_code == 202:
            job = answer.json()["job_id"]
            raise AssertionError(f"{path.name} hangs: {service.get(f'/ocr/job/{job}').text}")
        return answer

    with concurrent.futures.ThreadPoolExecutor(4) as clients:
        answers = dict(zip(files, clients.map(send, files), strict=True))
    unclear = {
        path.name: answer.text[:300]
        for path, answer in answers.items()
        if answer.status_code != 200 and (answer.status_code not in CLEAR or not answer.json()["detail"])
    }
    assert unclear == {}
    assert any(answer.status_code == 200 for answer in answers.values())
    assert {child.pid for child in service.worker_children()} == children, "no worker died of them"
    assert service.post("/ocr/predict", picture("Still here")).status_code == 200
