"""A real worker is killed while it writes the files of a job: they are written again, and nothing is left behind."""

import os
import time

import psutil
import pytest
import requests

from services.storage.incoming import UNLOCKED_SECONDS, FileReceiver
from stress.chaos.restarting_service import RestartingService
from stress.coded_pictures import coded_pdf, text_of
from stress.harness import wait_until

pytestmark = pytest.mark.serial
PAGES = 60


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with RestartingService(tmp_path_factory.mktemp("outputs"), MAX_PDF_PAGES=PAGES) as service:
        yield service


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def make_old(folder):
    before = time.time() - UNLOCKED_SECONDS - 1
    for path in folder.iterdir():
        os.utime(path, (before, before))


def writers(service, folder):
    """The worker processes that have a file in the folder open."""
    return [
        child
        for child in service.children("worker")
        if any(opened.path.startswith(f"{folder}/") for opened in opened_files(child))
    ]


def opened_files(process):
    try:
        return process.open_files()
    except psutil.Error:
        return []


def test_files_of_a_killed_worker_are_written_again_and_deleted_with_the_job(service):
    folder = service.folder / "data" / "uploads"
    numbers = list(range(1, PAGES + 1))
    upload = coded_pdf(numbers)
    job = service.post("/ocr/pdf", upload, "scan.pdf", dpi=72, outputs="pdf,annotated").json()["job_id"]
    wait_until(lambda: writers(service, folder / "incoming"), 60, "the first file")
    for process in writers(service, folder / "incoming"):
        process.kill()
    assert files(folder / "incoming"), "what the worker had written"

    result = service.wait_for_result(f"/ocr/job/{job}/result", 120)
    assert [page["text"] for page in result["pages"]] == [text_of(number) for number in numbers]
    outputs = {f"outputs/{job}.{name}" for name in ("pdf", "annotated", "annotated-pages")}
    assert {name for name in files(folder) if not name.startswith("incoming/")} == outputs

    assert requests.delete(f"{service.url}/ocr/job/{job}", timeout=10).ok
    make_old(folder / "incoming")
    FileReceiver(folder / "incoming").clean_up()
    assert files(folder) == set()
