"""Files are created in the child as in this process, also if the child dies."""

import io
import os
import signal
from collections import Counter

import psutil
import pymupdf
import pytest
from PIL import Image

from services.document_process.outputs import ConfinedOutputs
from services.document_process.process import DocumentProcess
from services.errors import CorruptFile, OCRServiceError, OutputFailed, PageCrashed, PageTimeout
from services.exports import outputs
from services.exports.formats import OUTPUTS
from services.worker.page_timeout import page_time_limit
from tests.support import hostile
from tests.support.bombs import filled_pdf
from tests.support.drawing import saved
from tests.support.exports import FakeResult, encoded, page_with, polygon, scan_pdf
from utils.compact_json import dumps

MAX_PIXELS = 2_000_000
HELLO = ("Hello", (100, 200, 260, 240))
PICTURE = Image.new("RGB", (850, 1100), "white")
SOURCES = {
    "pdf": scan_pdf(pages=2),
    "jpeg": encoded(PICTURE, "JPEG"),
    "png with alpha": encoded(PICTURE.convert("RGBA"), "PNG"),
    "tiff": encoded(PICTURE, "TIFF", save_all=True, append_images=[PICTURE.convert("1")]),
}


@pytest.fixture(scope="module")
def process():
    process = DocumentProcess(MAX_PIXELS, 10 << 20)
    yield process
    process.close()


@pytest.fixture
def created(process, tmp_path):
    """A function that creates an output of these bytes in the child."""

    def create(name, source, *pages, result=None, masked=False):
        (tmp_path / "source").write_bytes(source)
        with open(tmp_path / "out", "w+b") as out:
            ConfinedOutputs(process).create(name, tmp_path / "source", result or FakeResult(pages), out, masked)
        return (tmp_path / "out").read_bytes()

    return create


def inside(name, source, pages, tmp_path):
    out = io.BytesIO()
    (tmp_path / "source").write_bytes(source)
    outputs.create(name, tmp_path / "source", FakeResult(pages), out)
    return out.getvalue()


def without_id(pdf):
    return pdf[: pdf.rindex(b"/ID [")]


@pytest.mark.parametrize("name", ["pdf", "annotated"])
@pytest.mark.parametrize("kind", SOURCES)
def test_files_are_the_same_as_in_this_process(created, tmp_path, name, kind):
    documents = [{"type": "pan", "bbox": polygon((100, 600, 500, 640))}]
    pages = [page_with(HELLO, orientation=0, documents=documents)]
    content = created(name, SOURCES[kind], *pages)
    assert without_id(content) == without_id(inside(name, SOURCES[kind], pages, tmp_path))


def test_pages_are_drawn(process, created, tmp_path):
    created("annotated", SOURCES["jpeg"], page_with(HELLO))
    picture = Image.open(io.BytesIO(ConfinedOutputs(process).draw(tmp_path / "out", 1, 600)))
    assert max(picture.size) == 600 and len(picture.convert("L").getcolors()) > 1


def test_the_parent_never_opens_the_file(created, monkeypatch):
    """Whoever parses it here fails."""

    def fail(*arguments, **options):
        raise AssertionError("parsed in the wrong process")

    monkeypatch.setattr("pikepdf.Pdf.open", fail)
    monkeypatch.setattr("PIL.Image.open", fail)
    monkeypatch.setattr("pymupdf.open", fail)
    for name in ("pdf", "annotated"):
        for source in SOURCES.values():
            assert created(name, source, page_with(HELLO)).startswith(b"%PDF")


def test_errors_of_the_file_are_raised(process, created):
    pid = process.ready().pid
    with pytest.raises(CorruptFile):
        created("pdf", b"%PDF-1.7 nothing", page_with(HELLO))
    with pytest.raises(OCRServiceError):
        created("pdf", encoded(PICTURE, "WEBP")[:50], page_with(HELLO))
    assert process.ready().pid == pid


class Deadly:
    """Kills the child whenever it asks for the first page, a number of times."""

    def __init__(self, process, times):
        self.process, self.times, self.asked = process, times, Counter()

    def json_pages(self):
        self.asked["pages"] += 1
        if self.asked["pages"] <= self.times:
            psutil.Process(self.process.ready().pid).send_signal(signal.SIGSEGV)
        yield dumps(page_with(HELLO))


def test_a_child_that_dies_is_replaced_and_the_file_is_complete(process, created):
    content = created("pdf", SOURCES["jpeg"], result=Deadly(process, 1))
    with pymupdf.open(stream=content) as pdf:
        assert pdf[0].get_text().split() == ["Hello"]


def test_a_file_that_kills_the_child_twice_fails(process, created):
    with pytest.raises(PageCrashed):
        created("pdf", SOURCES["jpeg"], result=Deadly(process, 5))
    assert created("pdf", SOURCES["jpeg"], page_with(HELLO))


def test_a_file_above_the_limit_fails(created, process, monkeypatch):
    monkeypatch.setattr("services.document_process.process._WRITTEN_PER_PIXEL", 0)
    monkeypatch.setattr("services.document_process.process._WRITTEN_PER_BYTE", 0)
    process.replace()
    noise = encoded(hostile.noise(300, 300).convert("RGBA"), "PNG")
    for name in ("pdf", "annotated"):
        with pytest.raises(OutputFailed, match="too large"):
            created(name, noise, page_with(HELLO, width=300, height=300))
    monkeypatch.undo()
    process.replace()


def test_a_page_that_takes_too_long_to_draw_is_stopped_inside_native_code(process, tmp_path):
    (tmp_path / "endless").write_bytes(filled_pdf(400_000))
    process.ready()
    with pytest.raises(PageTimeout), page_time_limit(1):
        ConfinedOutputs(process).draw(tmp_path / "endless", 1, 2000)


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize(("masked", "passes"), [(False, 1), (True, 2)])
def test_pages_are_sent_one_at_a_time_once_for_each_pass(created, name, masked, passes):
    asked = Counter()

    class Counted:
        def json_pages(self):
            for number in (1, 2):
                asked[number] += 1
                yield dumps(page_with(HELLO, number=number, masked_areas=[]))

    created(name, SOURCES["tiff"], result=Counted(), masked=masked)
    assert asked == {1: passes, 2: passes}


def test_no_descriptor_stays_open(process, created):
    child = psutil.Process(process.ready().pid)
    for _ in range(10):
        created("annotated", SOURCES["pdf"], page_with(HELLO))
    if os.geteuid() == 0:
        assert child == psutil.Process(process.ready().pid) and child.num_fds() < 12


def test_the_document_of_the_job_is_opened_again_afterwards(process, created, tmp_path):
    from paddleocr_service import NullEngine
    from services.document_process.service import ConfinedOCRService
    from services.ocr_service.options import DocumentOptions

    service = ConfinedOCRService(NullEngine(), MAX_PIXELS)
    (tmp_path / "page").write_bytes(saved(hostile.noise(300, 200), format="PNG"))
    try:
        with service.open(tmp_path / "page", "image", DocumentOptions("en", 100)) as opened:
            with open(tmp_path / "out", "w+b") as out:
                page = page_with(HELLO, width=300, height=200)
                ConfinedOutputs(service.process).create("pdf", tmp_path / "page", FakeResult([page]), out)
            assert opened.recognize(1)["success"]
    finally:
        service.close()
