"""Large files pass through without any process holding them: in a form or to their address, over both back ends."""

import os
from concurrent.futures import ThreadPoolExecutor

import pymupdf
import pytest
import requests

from stress.harness import ServiceProcesses, wait_until
from stress.memory import MemoryPeaks

LARGE, MOST_GROWTH = 50_000_000, 20 << 20


def pdf(size: int) -> bytes:
    """A small page, as it is the file that is to be large, with an attachment that brings it to about this size."""
    document = pymupdf.open()
    document.new_page(width=200, height=100).insert_text((20, 50), "A large document")
    document.embfile_add("attachment", os.urandom(size))
    return document.tobytes(deflate=False)


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


def in_a_form(service, content):
    answer = requests.post(service.url + "/ocr/pdf", files={"file": ("a.pdf", content)}, timeout=120)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def to_its_address(service, content):
    announcement = {"filename": "a.pdf", "file_size": len(content), "content_type": "application/pdf"}
    job = requests.post(service.url + "/ocr/uploads", json=announcement, timeout=30).json()
    answer = requests.put(job["upload_url"], data=content, headers=job["headers"], timeout=120)
    assert answer.ok, answer.text
    return job["job_id"]


WAYS = {"form": in_a_form, "address": to_its_address}


def completed(service, job_id):
    found = wait_until(lambda: (got := service.get(f"/ocr/job/{job_id}").json())["ready"] and got, 60, "the job's end")
    assert found["successful"], found


def warm_up(service):
    """All that processes load once: so many small files at once that every process of the service gets some."""
    with ThreadPoolExecutor(8) as clients:
        for way in WAYS.values():
            jobs = list(clients.map(lambda number, way=way: way(service, pdf(1000 + number)), range(24)))
            for job in jobs:
                completed(service, job)


@pytest.mark.parametrize("way", WAYS)
def test_a_large_file_raises_no_processs_memory(service, way):
    content = pdf(LARGE)
    processes = [process for part in ("redis", "web", "worker") for process in service.process_tree(part)]
    peaks = MemoryPeaks(processes)
    completed(service, WAYS[way](service, content))
    grown = peaks.growth()
    assert len(grown) >= 6
    assert {name: growth >> 20 for name, growth in grown.items() if growth > MOST_GROWTH} == {}
