"""Documents are read in a child process as they are in this one, and the child may die at any moment."""

import json
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import Block, EngineError, Line, NullEngine
from services.document_process.service import ConfinedOCRService
from services.errors import CorruptFile, OCRServiceError, PageCrashed, PageTimeout, ServiceUnavailable
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions
from services.worker.page_timeout import page_time_limit
from stress.harness import wait_until
from tests.support import hostile
from tests.support.barcodes import drawn
from tests.support.bombs import filled_pdf
from tests.support.drawing import saved
from tests.support.identity import td3

MAX_PIXELS = 20_000_000
OPTIONS = DocumentOptions("en", 100)


class Engine(NullEngine):
    """Calls `before` before it reads a picture. texts: the lines of each picture. codes: lines that are read again."""

    def __init__(self, before=lambda: None):
        super().__init__()
        self.before = before
        self.calls = 0
        self.texts, self.codes, self.alphabets, self.layouts = [], [], [], []

    def recognize(self, image, options=None):
        self.calls += 1
        self.layouts.append(options.layout)
        self.before()
        recognition = super().recognize(image, options)
        lines = tuple(self._line(text, 20 * row) for row, text in enumerate(self.texts))
        blocks = (Block("text", tuple((line,) for line in lines), (0.0, 0.0, 300.0, 80.0)),)
        return replace(recognition, lines=lines, blocks=blocks) if lines else recognition

    def read_codes(self, image, polygons, alphabet, lang=None):
        self.alphabets.append(alphabet)
        return self.codes[: len(polygons)]

    def _line(self, text, y):
        x = 6.0 * len(text)
        return Line(text, 0.9, ((0.0, y), (x, y), (x, y + 15.0), (0.0, y + 15.0)))


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def service(engine):
    service = ConfinedOCRService(engine, MAX_PIXELS)
    yield service
    service.close()


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(saved(hostile.noise(300, 200), format="PNG"))
    return path


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "document"
    path.write_bytes(hostile.pdf(3))
    return path


def read(service, path, kind="image", number=1, options=OPTIONS):
    with service.open(path, kind, options) as opened:
        return opened.recognize(number)


def child_of(service):
    return psutil.Process(service.process.ready().pid)


@pytest.mark.parametrize("mode", ["auto", "ocr", "text"])
def test_pages_are_the_same_as_in_this_process(service, engine, document, picture, mode):
    options = DocumentOptions("en", 100, detail="word", mode=mode)
    inside = OCRService(engine, MAX_PIXELS)
    for path, kind, number in ((document, "pdf", 1), (document, "pdf", 3), (picture, "image", 1)):
        assert read(service, path, kind, number, options) == json.loads(
            json.dumps(read(inside, path, kind, number, options))
        )
    assert service.engine_of(options) == inside.engine_of(options)


def test_documents_are_the_same_as_in_this_process(service, engine, tmp_path):
    """Also what loads the barcode library, and what has the engine read lines again."""
    zone = td3("K5106821")
    engine.texts, engine.codes = ["Aadhaar no 3663 6024 8814", *zone], zone
    path = tmp_path / "page"
    path.write_bytes(saved(Image.fromarray(drawn("QRCode", "ONE")), format="PNG"))
    inside = OCRService(engine, MAX_PIXELS)
    for extract, mask in (("ids,mrz,barcodes", ""), ("barcodes", "aadhaar")):
        options = DocumentOptions("en", 100, extract=extract, mask=mask)
        page = read(service, path, options=options)
        assert page == json.loads(json.dumps(read(inside, path, options=options)))
        assert {"barcode"} <= {each["type"] for each in page["documents"]}
    assert len(engine.alphabets) == 4, "each time in each process"
    assert "extract" in {stage.name for stage in service.stages.take()}


def test_page_numbers_are_those_of_the_options(service, document):
    with service.open(document, "pdf", DocumentOptions("en", 100, pages="2-3")) as opened:
        assert opened.page_numbers == (2, 3)


def test_stages_are_measured_in_both_processes(service, document):
    read(service, document, "pdf", options=DocumentOptions("en", 100, mode="ocr"))
    assert "render" in {stage.name for stage in service.stages.take()}


def test_an_error_of_the_file_is_raised_as_in_this_process(service, tmp_path):
    (tmp_path / "bad").write_bytes(saved(hostile.noise(), format="PNG")[:5000])
    child = child_of(service)
    with pytest.raises(OCRServiceError) as inside:
        read(OCRService(NullEngine(), MAX_PIXELS), tmp_path / "bad")
    with pytest.raises(type(inside.value)) as caught:
        read(service, tmp_path / "bad")
    assert caught.value.message == inside.value.message
    assert child.is_running() and child == child_of(service)


def test_an_error_of_the_engine_is_raised(service, engine, picture):
    def fail():
        raise EngineError("broken")

    engine.before = fail
    with pytest.raises(ServiceUnavailable, match="broken"):
        read(service, picture)
    engine.before = lambda: None
    assert read(service, picture)["success"]


def test_the_file_may_be_deleted_while_it_is_open(service, document):
    with service.open(document, "pdf", OPTIONS) as opened:
        document.unlink()
        child_of(service).kill()
        assert [opened.recognize(number)["page"] for number in (1, 2)] == [1, 2]


def test_a_page_is_read_again_if_its_child_dies(service, engine, picture):
    def kill_once():
        if engine.calls == 1:
            child_of(service).send_signal(signal.SIGSEGV)

    engine.before = kill_once
    assert read(service, picture)["success"]
    assert engine.calls == 2


def test_a_page_that_kills_its_child_twice_fails(service, engine, picture):
    engine.before = lambda: child_of(service).kill()
    with pytest.raises(PageCrashed):
        read(service, picture)
    assert engine.calls == 2
    engine.before = lambda: None
    assert read(service, picture)["success"]


def test_a_page_over_its_memory_limit_fails(service, engine, tmp_path, monkeypatch):
    """A picture whose size is allowed, in a child that gets less memory."""
    monkeypatch.setattr("services.document_process.process._BYTES_PER_PIXEL", 3)
    monkeypatch.setattr("services.document_process.process._BASE_BYTES", 700 << 20)
    service.process.replace()
    (tmp_path / "large").write_bytes(saved(Image.new("RGB", (4_000, 4_000)), format="WEBP", lossless=True))
    with pytest.raises(OCRServiceError, match="memory"):
        read(service, tmp_path / "large")
    (tmp_path / "small").write_bytes(saved(Image.new("RGB", (40, 40)), format="WEBP"))
    assert read(service, tmp_path / "small")["success"]


def test_other_threads_run_while_a_page_is_rendered(service, tmp_path):
    (tmp_path / "slow").write_bytes(filled_pdf(400))
    service.process.ready()
    ticks, ended = [], threading.Event()

    def tick():
        while not ended.wait(0.02):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    try:
        read(service, tmp_path / "slow", "pdf", options=DocumentOptions("en", 300, mode="ocr"))
    finally:
        seconds = time.monotonic() - started
        ended.set()
        thread.join()
    assert max(later - earlier for earlier, later in zip(ticks, ticks[1:], strict=False)) < seconds / 3


def test_a_page_over_its_time_limit_is_stopped_inside_native_code(service, tmp_path, document):
    (tmp_path / "endless").write_bytes(filled_pdf(400_000))
    service.process.ready()
    options = DocumentOptions("en", 300, mode="ocr")
    started = time.monotonic()
    with pytest.raises(PageTimeout), page_time_limit(1):
        read(service, tmp_path / "endless", "pdf", options=options)
    assert time.monotonic() - started < 5
    assert read(service, document, "pdf", options=options)["success"]


def test_pages_after_a_timeout_are_read_by_a_new_child(service, engine, document):
    options = DocumentOptions("en", 100, mode="ocr")

    def stop():
        raise PageTimeout()

    with service.open(document, "pdf", options) as opened:
        first = child_of(service)
        engine.before = stop
        with pytest.raises(PageTimeout):
            opened.recognize(1)
        engine.before = lambda: None
        assert opened.recognize(2)["page"] == 2
        assert first.pid != child_of(service).pid


def test_the_child_has_no_secret_and_no_other_file(service, picture, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://:secret@localhost")
    service.process.replace()
    child = child_of(service)
    read(service, picture)
    assert b"secret" not in Path(f"/proc/{child.pid}/environ").read_bytes()
    if os.geteuid() == 0:
        names = {os.readlink(f"/proc/{child.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{child.pid}/fd")}
        assert str(picture) in names
        assert all(
            name.startswith(("pipe:", "socket:", "/dev/null", "/dev/urandom", "/memfd:")) or name == str(picture)
            for name in names
        ), names


def test_many_documents_leave_no_descriptors_open(service, document, picture):
    child = child_of(service)
    for _ in range(50):
        read(service, document, "pdf")
        read(service, picture)
    assert child == child_of(service)
    if os.geteuid() == 0:
        assert child.num_fds() < 12


def test_the_child_ends_with_the_service(service):
    child = child_of(service)
    service.close()
    wait_until(lambda: not child.is_running(), what="the end of the child")


def test_a_child_is_replaced_after_many_documents(service, picture, monkeypatch):
    monkeypatch.setattr("services.document_process.process._DOCUMENTS_PER_CHILD", 2)
    pids = []
    for _ in range(4):
        pids.append(child_of(service).pid)
        read(service, picture)
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_file_that_cannot_be_opened_is_an_error(service, tmp_path):
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(CorruptFile):
        read(service, tmp_path / "no.pdf", "pdf")


def letterhead():
    image = Image.new("RGB", (900, 150), "white")
    ImageDraw.Draw(image).text((20, 30), "Letterhead of a company", "black", ImageFont.load_default(60))
    return saved(image, format="PNG")


def test_the_structure_of_pages_is_searched_and_not_that_of_their_parts(service, engine, picture, tmp_path):
    letter = tmp_path / "letter"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((60, 500), "A text layer that can be trusted, below a picture of a letterhead.", fontsize=11)
        page.insert_image((60, 60, 360, 110), stream=letterhead())
        pdf.save(letter)
    for path, kind, layouts in ((picture, "image", ["auto"]), (letter, "pdf", ["off"])):
        engine.layouts.clear()
        with service.open(path, kind, OPTIONS) as opened:
            opened.recognize(1)
        assert engine.layouts == layouts
