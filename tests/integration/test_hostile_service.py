"""Every hostile file, sent to the whole service, gets a result or a clear error and harms nothing.

Decoding and rendering are real, as the danger lies there. The pixels go to the null engine.
"""

import concurrent.futures

import pytest

from stress.harness import ServiceProcesses
from tests.support.drawing import picture

#: Statuses that tell the client what is wrong with the file.
CLEAR_ERRORS = {400, 422}


@pytest.fixture
def service(tmp_path):
    with ServiceProcesses(tmp_path, OCR_RUNTIME="null") as running:
        yield running


def test_hostile_files_do_not_harm_the_service(service, shared_data):
    files = sorted((shared_data / "hostile").iterdir())
    children = {child.pid for child in service.worker_children()}

    def send(path):
        response = service.post("/ocr/predict", path.read_bytes(), path.name, dpi=72, wait=110)
        if response.status_code == 202:
            job = response.json()["job_id"]
            raise AssertionError(f"{path.name} hangs: {service.get(f'/ocr/job/{job}').text}")
        return response

    with concurrent.futures.ThreadPoolExecutor(4) as clients:
        responses = dict(zip(files, clients.map(send, files), strict=True))
    unclear = {
        path.name: response.text[:300]
        for path, response in responses.items()
        if response.status_code != 200 and (response.status_code not in CLEAR_ERRORS or not response.json()["detail"])
    }
    assert unclear == {}
    assert any(response.status_code == 200 for response in responses.values())
    assert {child.pid for child in service.worker_children()} == children, "no worker process died"
    assert service.post("/ocr/predict", picture("Still here")).status_code == 200
