"""Fixtures of all tests."""

import os
from pathlib import Path

import pytest

from paddleocr_service import Catalogue


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of sample receipts, pages, PDFs and hostile files. It is not part of the repository."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("OCR_TEST_DATA") or default)
    if not folder.is_dir():
        pytest.skip(f"no sample data in {default} and OCR_TEST_DATA names no folder")
    return folder


@pytest.fixture(scope="session")
def missing_language() -> str:
    """A language that no recogniser on this machine reads."""
    for code, installed in Catalogue().languages().items():
        if not installed:
            return code
    pytest.skip("all languages are installed")
