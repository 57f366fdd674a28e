import io

import pymupdf
import pytest
from PIL import Image

from paddleocr_service import NullEngine
from services.exports.__main__ import main
from tests.support.exports import encoded, scan_pdf


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan_pdf(2))
    return path


def convert(*arguments):
    return main(list(map(str, arguments)), NullEngine())


@pytest.mark.parametrize("name", ["pdf", "annotated", "json", "text", "markdown", "hocr"])
def test_a_pdf_is_converted(scan, tmp_path, name):
    out = tmp_path / "out"
    assert convert(scan, "--format", name, "-o", out) == 0
    assert out.read_bytes()


def test_a_searchable_pdf_has_the_words_of_all_pages(scan, tmp_path):
    out = tmp_path / "out.pdf"
    convert(scan, "-o", out)
    assert [page.get_text().split() for page in pymupdf.open(out)] == [["null", "engine"]] * 2


def test_all_frames_of_a_tiff_are_converted(tmp_path):
    file = io.BytesIO()
    picture = Image.new("L", (85, 110), 255)
    picture.save(file, "TIFF", save_all=True, append_images=[picture])
    (tmp_path / "fax.tif").write_bytes(file.getvalue())
    convert(tmp_path / "fax.tif", "-o", tmp_path / "out.pdf")
    assert pymupdf.open(tmp_path / "out.pdf").page_count == 2


def test_a_folder_is_converted_with_the_folders_in_it(scan, tmp_path):
    folder = tmp_path / "scans" / "inner"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(encoded(Image.new("L", (85, 110), 255), "JPEG"))
    (folder.parent / "b.pdf").write_bytes(scan.read_bytes())
    (folder.parent / "notes.txt").write_text("no picture")
    assert convert(folder.parent, "-f", "text", "-o", tmp_path / "out") == 0
    found = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*"))
    assert found == ["b.pdf.txt", "inner/a.jpg.txt"]


def test_a_file_that_fails_does_not_stop_the_others(scan, tmp_path, capsys):
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (folder / "b.pdf").write_bytes(scan.read_bytes())
    assert convert(folder, "-f", "text", "-o", tmp_path / "out") == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.pdf.txt"]
    assert "a.pdf: " in capsys.readouterr().err
