"""Every hostile file gives a result or a clear error, in time: in the inspection and in the worker."""

import time
from pathlib import Path

import numpy as np
import pytest

from services.errors import OCRServiceError
from services.inspection import InspectionLimits, Inspector
from services.ocr_service.helpers.pdf_processor import PdfDocument
from tests.support import hostile
from tests.support.frames import iter_frames

MAX_PIXELS = 50_000_000
SECONDS = 10
GENERATED = hostile.all_files()
#: Samples whose error code is certain (None: good). The others may be readable or not, depending on the library.
SAMPLES = {
    "turbo_ocr__edge_cases__corrupt_truncated.jpg": "truncated_file",
    "turbo_ocr__edge_cases__garbage_random.bin": "unsupported_type",
    "turbo_ocr__edge_cases__zero_byte.bin": "empty_file",
    "turbo_ocr__edge_cases__password_protected.pdf": "encrypted_file",
    "turbo_ocr__edge_cases__pdf_500_pages.pdf": "too_many_pages",
    "pypdf_resources__encryption__r4-aes-user-password.pdf": "encrypted_file",
    "pdfjs__pdfs__issue19484_1.pdf": "encrypted_file",
    "ocrmypdf__invalid.pdf": "corrupt_file",
    "pillow__decompression_bomb.ico": "unsupported_type",
    "pypdf_resources__encryption__r6-empty-password.pdf": None,
    "pypdf_resources__encryption__unencrypted.pdf": None,
    "ocrmypdf__acroform.pdf": None,
}


@pytest.fixture(scope="module")
def inspector():
    inspector = Inspector(InspectionLimits(MAX_PIXELS, 100), seconds=SECONDS)
    yield inspector
    inspector.close()


def error_code(inspector: Inspector, path: Path) -> str | None:
    """Code of the error with which `path` is rejected; None if all pages were decoded as a worker does."""
    started = time.monotonic()
    try:
        facts = inspector.inspect(path)
    except OCRServiceError as error:
        assert str(path) not in error.message
        return error.code
    finally:
        assert time.monotonic() - started < SECONDS
    for array in pages(path, facts.kind, facts.pages):
        assert array.dtype == np.uint8
        assert array.shape[2] == 3
        assert 0 < array.shape[0] * array.shape[1] <= MAX_PIXELS
    return None


def pages(path: Path, kind: str, count: int):
    """The readable pages. Pages that raise OCRServiceError are skipped."""
    if kind == "image":
        frames = iter_frames(path, max_pixels=MAX_PIXELS)
        for _ in range(count):
            try:
                yield next(frames)
            except OCRServiceError:
                return
        return
    with PdfDocument(path) as document:
        assert document.page_count == count
        for number in range(1, count + 1):
            for dpi in (72, 150) if number <= 3 else (36,):
                try:
                    yield document.render(number, dpi, MAX_PIXELS)
                except OCRServiceError:
                    continue


@pytest.mark.parametrize("name", GENERATED)
def test_generated_file_has_the_expected_result(inspector, tmp_path, name):
    data, code = GENERATED[name]
    (tmp_path / name).write_bytes(data)
    assert error_code(inspector, tmp_path / name) == code


def test_sample_gives_a_result_or_a_clear_error(inspector, shared_data):
    paths = sorted((shared_data / "hostile").iterdir())
    assert len(paths) > 100
    codes = {path.name: error_code(inspector, path) for path in paths}
    known = {
        None,
        "empty_file",
        "unsupported_type",
        "corrupt_file",
        "truncated_file",
        "encrypted_file",
        "too_many_pages",
    }
    assert set(codes.values()) <= known
    assert {name: codes[name] for name in SAMPLES} == SAMPLES


def test_good_sample_is_accepted(inspector, shared_data):
    for folder in ("receipts", "pages", "rotated", "multilang", "pdf_scanned", "pdf_digital"):
        for path in sorted((shared_data / folder).iterdir()):
            if path.suffix in (".jpg", ".png", ".tif", ".pdf"):
                assert inspector.inspect(path).pages >= 1, path.name


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_sample_gives_a_result_or_a_clear_error(inspector, shared_data, tmp_path, share):
    for folder in ("rotated", "multilang", "pdf_scanned"):
        for path in sorted((shared_data / folder).iterdir()):
            if path.suffix in (".jpg", ".png", ".tif", ".pdf"):
                data = path.read_bytes()
                (tmp_path / "truncated").write_bytes(data[: int(len(data) * share)])
                code = error_code(inspector, tmp_path / "truncated")
                if path.suffix in (".jpg", ".tif"):
                    assert code in ("truncated_file", "corrupt_file"), path.name


def test_randomly_damaged_file_gives_a_result_or_a_clear_error(inspector, tmp_path):
    generator = np.random.default_rng(7)
    good = [data for data, code in GENERATED.values() if code is None and len(data) < 300_000]
    good += [hostile.tiff(hostile.noise(), hostile.noise()), hostile.gif(hostile.noise(mode="L"))]
    for round_ in range(80):
        data = np.frombuffer(good[round_ % len(good)], np.uint8).copy()
        positions = generator.integers(0, len(data), generator.integers(1, 30))
        data[positions] = generator.integers(0, 256, len(positions))
        path = tmp_path / "damaged"
        path.write_bytes(data.tobytes())
        error_code(inspector, path)
