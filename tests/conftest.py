"""What every kind of test may ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of sample receipts, pages, PDFs and hostile files that lies beside the repository."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("OCR_TEST_DATA") or default)
    if not folder.is_dir():
        pytest.skip("the sample data is not here (../shared/data, or where OCR_TEST_DATA points)")
    return folder
