"""No process holds a large file in memory: uploaded in a form or directly, with both storage back ends."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from stress.drawing import large_pdf
from stress.harness import ServiceProcesses, wait_until
from stress.memory import MemoryPeaks

#: Bytes of a large file, and by how many a process may grow.
LARGE, MAX_GROWTH = 50_000_000, 20 << 20


@pytest.fixture(scope="module", params=["file", "s3"])
def service(request, tmp_path_factory):
    settings = {"OCR_RUNTIME": "null", "OCR_WORKERS": 1}
    if request.param == "s3":
        server = request.getfixturevalue("s3_server")
        server.clear()
        settings.update(server.settings)
    with ServiceProcesses(tmp_path_factory.mktemp(request.param), **settings) as running:
        warm_up(running)
        yield running


def send_in_a_form(service, content):
    response = requests.post(service.url + "/ocr/pdf", files={"file": ("a.pdf", content)}, timeout=120)
    assert response.status_code == 202, response.text
    return response.json()["job_id"]


def send_to_upload_url(service, content):
    announcement = {"filename": "a.pdf", "file_size": len(content), "content_type": "application/pdf"}
    job = requests.post(service.url + "/ocr/uploads", json=announcement, timeout=30).json()
    response = requests.put(job["upload_url"], data=content, headers=job["headers"], timeout=120)
    assert response.ok, response.text
    return job["job_id"]


SENDERS = {"form": send_in_a_form, "upload_url": send_to_upload_url}


def wait_until_completed(service, job_id):
    def ended():
        status = service.get(f"/ocr/job/{job_id}").json()
        return status["ready"] and status

    status = wait_until(ended, 60, "the job's end")
    assert status["successful"], status


def warm_up(service):
    """Send so many small files at once that every process gets some and loads what it loads only once."""
    with ThreadPoolExecutor(8) as clients:
        for send in SENDERS.values():
            jobs = list(clients.map(lambda number, send=send: send(service, large_pdf(1000 + number)), range(24)))
            for job in jobs:
                wait_until_completed(service, job)


@pytest.mark.parametrize("sender", SENDERS)
def test_no_process_holds_a_large_file(service, sender):
    content = large_pdf(LARGE)
    processes = [process for part in ("redis", "web", "worker") for process in service.process_tree(part)]
    peaks = MemoryPeaks(processes)
    wait_until_completed(service, SENDERS[sender](service, content))
    growth = peaks.growth()
    assert len(growth) >= 6
    assert {name: size >> 20 for name, size in growth.items() if size > MAX_GROWTH} == {}
