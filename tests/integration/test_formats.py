"""Results in other formats, generated files and zips of batches, from a real service. It reads text layers only."""

import io
import json
import zipfile

import pymupdf
import pytest
import requests
from PIL import Image

from stress.harness import ServiceProcesses, wait_until
from tests.support.drawing import picture


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with ServiceProcesses(tmp_path_factory.mktemp("formats"), OCR_RUNTIME="null") as running:
        yield running


def digital_pdf(*texts):
    with pymupdf.open() as pdf:
        for text in texts:
            pdf.new_page().insert_text((72, 72), text)
        return pdf.tobytes()


def stored_files(service):
    folder = service.folder / "data" / "uploads"
    return [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "incoming"]


def submit(service, content=None, **options):
    response = service.post("/ocr/pdf", content or digital_pdf("One page", "Two pages"), "a.pdf", **options)
    job = response.json()
    assert response.status_code == 202, job
    service.wait_for_result(job["links"]["result"])
    return job


def fetch(service, job, **options):
    return requests.get(service.url + job["links"]["result"], params=options, timeout=30)


def test_a_job_is_fetched_in_several_formats_without_being_read_again(service):
    job = submit(service, mode="text")
    assert fetch(service, job, format="text").text == "One page\fTwo pages"
    assert fetch(service, job, format="markdown").text == "One page\n\nTwo pages\n"
    html = requests.get(service.url + job["links"]["result"], headers={"Accept": "text/html"}, timeout=30)
    assert html.headers["Content-Type"] == "text/html; charset=utf-8" and "<p>Two pages</p>" in html.text


def test_predict_answers_with_text(service):
    files = {"file": ("a.pdf", digital_pdf("Predicted"))}
    response = requests.post(
        service.url + "/ocr/predict", files=files, data={"mode": "text"}, headers={"Accept": "text/plain"}, timeout=60
    )
    assert (response.status_code, response.text) == (200, "Predicted")


def test_a_searchable_pdf_is_kept_with_its_result_and_deleted_with_it(service):
    before = stored_files(service)
    job = submit(service, outputs="pdf", mode="text")
    response = fetch(service, job, format="pdf")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    assert int(response.headers["Content-Length"]) == len(response.content)
    with pymupdf.open(stream=response.content, filetype="pdf") as pdf:
        assert [page.get_text().strip() for page in pdf] == ["One page", "Two pages"]
    wait_until(lambda: len(stored_files(service)) == len(before) + 1, 5, "the deletion of the upload")
    assert requests.delete(service.url + job["links"]["self"], timeout=10).status_code == 204
    assert stored_files(service) == before


def test_predict_with_format_pdf_creates_it(service):
    files = {"file": ("a.png", picture("A picture"))}
    response = requests.post(service.url + "/ocr/predict", files=files, data={"format": "pdf"}, timeout=60)
    assert response.status_code == 200 and response.content.startswith(b"%PDF-")
    assert response.headers["Content-Disposition"] == "inline; filename=a.pdf"


def test_a_file_that_was_not_requested_is_a_409(service):
    response = fetch(service, submit(service, mode="text"), format="pdf")
    assert (response.status_code, response.json()["code"]) == (409, "output_not_requested")
    assert "outputs=pdf" in response.json()["detail"]


def test_an_unknown_output_is_a_400(service):
    response = service.post("/ocr/pdf", digital_pdf("x"), "a.pdf", outputs="docx")
    assert response.status_code == 400 and "outputs" in response.json()["detail"]


def batch(service, *files, **options):
    sent = [("files", file) for file in files]
    return requests.post(service.url + "/ocr/batch", files=sent, data=options, timeout=30).json()


def results_of(service, created, status=200, **options):
    response = requests.get(service.url + created["links"]["results"], params=options, timeout=60)
    assert response.status_code == status, response.text
    return response


def test_a_batch_is_downloaded_as_one_zip(service):
    files = ("a.pdf", digital_pdf("First")), ("b.png", b"not an image"), ("a.pdf", digital_pdf("Third"))
    created = batch(service, *files, mode="text")
    response = results_of(service, created, wait=60, format="text")
    assert response.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["001-a.pdf.txt", "002-b.png.error.json", "003-a.pdf.txt"]
        assert [archive.read(name).decode() for name in archive.namelist()[::2]] == ["First", "Third"]
        assert json.loads(archive.read("002-b.png.error.json"))["code"] == "unsupported_type"
    with zipfile.ZipFile(io.BytesIO(results_of(service, created).content)) as archive:
        assert json.loads(archive.read("001-a.pdf.json"))["full_text"] == "First"


def test_a_zip_says_which_results_are_missing(service):
    created = batch(service, ("a.pdf", digital_pdf("A")), ("b.pdf", digital_pdf("B")), mode="text", outputs="pdf")
    results_of(service, created, wait=60)
    assert requests.delete(service.url + created["jobs"][0]["links"]["self"], timeout=10).status_code == 204
    with zipfile.ZipFile(io.BytesIO(results_of(service, created, format="pdf").content)) as archive:
        assert archive.namelist() == ["001-a.pdf.error.json", "002-b.pdf.pdf"]
        assert json.loads(archive.read("001-a.pdf.error.json"))["code"] == "job_not_found"
        assert archive.read("002-b.pdf.pdf").startswith(b"%PDF-")


def test_a_running_batch_is_a_202(service):
    with service.suspended("worker"):
        created = batch(service, ("a.pdf", digital_pdf("Waiting")), mode="text")
        response = results_of(service, created, 202)
        assert (response.json()["ready"], response.json()["jobs"][0]["status"]) == (False, "processing")
        assert "Retry-After" in response.headers
    wait_until(lambda: results_of(service, created, wait=30), 30, "the batch")


def test_an_unknown_batch_is_a_404(service):
    unknown = {"links": {"results": "/ocr/batch/0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55/results"}}
    assert results_of(service, unknown, 404).json()["code"] == "batch_not_found"


def test_annotated_pages_are_a_pdf_with_vector_outlines_and_pictures(service):
    job = submit(service, outputs="annotated", mode="text")
    with pymupdf.open(stream=fetch(service, job, format="annotated").content, filetype="pdf") as pdf:
        assert [page.get_text().split() for page in pdf] == [["One", "page", "1"], ["Two", "pages", "1"]]
        (outline,) = pdf[0].get_drawings()
        assert pymupdf.Rect(72, 60, 120, 76).intersects(outline["rect"]) and not pdf[0].get_images()
    for options, headers in (({"format": "annotated", "page": 2}, {}), ({"page": 2}, {"Accept": "image/png"})):
        response = requests.get(service.url + job["links"]["result"], params=options, headers=headers, timeout=30)
        assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
        with Image.open(io.BytesIO(response.content)) as image:
            assert max(image.size) == 2000
    first = requests.get(service.url + job["links"]["result"], headers={"Accept": "image/png"}, timeout=30)
    assert first.content != response.content
    assert fetch(service, job, format="annotated", page=3).json()["code"] == "page_out_of_range"
    requests.delete(service.url + job["links"]["self"], timeout=10)
    assert stored_files(service) == [] or not any("annotated" in path.name for path in stored_files(service))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_outlines_are_on_the_lines_of_rotated_pages(service, rotate):
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((100, 300), "Rotated text of a page", fontsize=20)
        page.set_rotation(rotate)
        content = pdf.tobytes()
    job = submit(service, content, outputs="annotated", mode="text", orientation="off")
    with pymupdf.open(stream=fetch(service, job, format="annotated").content, filetype="pdf") as pdf:
        (outline,) = pdf[0].get_drawings()
        assert abs(outline["rect"].x0 - 100) < 4 and abs(outline["rect"].y1 - 305) < 8
