"""The library without the extension that reads documents."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paddleocr_service import documents

REPOSITORY = Path(documents.__file__).parents[1]


@pytest.fixture(scope="module")
def library_alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    shutil.copytree(REPOSITORY / "paddleocr_service", folder / "paddleocr_service")
    return folder


def run(folder, *arguments):
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_command_line_offers_images_only(library_alone):
    shown = run(library_alone, "-m", "paddleocr_service", "--help").stdout
    assert "image" in shown and "--lang" in shown and "--format" not in shown


def test_documents_are_an_error_that_names_what_is_missing(library_alone):
    done = run(library_alone, "-c", "from paddleocr_service import read_document; read_document('a.pdf')")
    assert "ExtensionMissing: Only images can be read here" in done.stderr


def test_an_extension_that_is_broken_is_not_taken_for_missing(monkeypatch):
    def fail(name):
        raise ModuleNotFoundError("No module named 'pikepdf'", name="pikepdf")

    monkeypatch.setattr(documents, "import_module", fail)
    with pytest.raises(ModuleNotFoundError, match="pikepdf"):
        documents.extension()
