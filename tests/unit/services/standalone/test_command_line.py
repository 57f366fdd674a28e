"""Documents on the command line and as a library, with an engine that always reads the same words."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from paddleocr_service import EngineError, NullEngine, UnreadableDocument, read_document
from paddleocr_service import convert as library_convert
from services.exports.formats import BY_NAME
from services.standalone import conversion, main
from tests.support.exports import encoded, scan_pdf
from tests.support.results import document, page, table


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
    convert(scan, "-f", "pdf", "-o", out)
    assert [page.get_text().split() for page in pymupdf.open(out)] == [["null", "engine"]] * 2


def test_all_frames_of_a_tiff_are_converted(tmp_path):
    file = io.BytesIO()
    picture = Image.new("L", (85, 110), 255)
    picture.save(file, "TIFF", save_all=True, append_images=[picture])
    (tmp_path / "fax.tif").write_bytes(file.getvalue())
    convert(tmp_path / "fax.tif", "-f", "pdf", "-o", tmp_path / "out.pdf")
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


def test_text_goes_to_the_standard_output(scan, capfdbinary):
    assert convert(scan) == 0
    assert capfdbinary.readouterr().out.decode().split() == ["null", "engine"] * 2


@pytest.mark.parametrize(
    ("name", "start"), [("text", b"null"), ("pdf", b"%PDF"), ("annotated", b"%PDF"), ("xlsx", b"PK")]
)
def test_every_format_can_go_to_the_standard_output(scan, name, start):
    code = "import sys; from paddleocr_service import NullEngine; from services.standalone import main\n"
    code += "sys.exit(main(sys.argv[1:], NullEngine()))"
    command = [sys.executable, "-c", code, scan, "--format", name, "--output", "-"]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.startswith(start)
    assert [path.name for path in scan.parent.iterdir()] == ["scan.pdf"] and not Path("-").exists()


def test_json_has_the_pages_that_were_chosen(scan, capfdbinary):
    convert(scan, "--json", "--pages", "2", "--detail", "word")
    (page,) = json.loads(capfdbinary.readouterr().out)["pages"]
    assert page["page"] == 2
    assert [word["text"] for line in page["lines"] for word in line["words"]] == ["null", "engine"]


@pytest.mark.parametrize("output", [[], ["-o", "-"]])
@pytest.mark.parametrize("folder", [True, False])
def test_several_files_need_a_folder(scan, output, folder, capsys):
    with pytest.raises(SystemExit):
        convert(*([scan.parent] if folder else [scan, scan]), *output)
    assert "several files need --output" in capsys.readouterr().err


def test_earlier_results_in_the_output_folder_are_no_sources(scan):
    for _ in range(2):
        assert convert(scan.parent, "-f", "pdf", "-o", scan.parent / "out") == 0
    assert [path.name for path in (scan.parent / "out").iterdir()] == ["scan.pdf.pdf"]


def test_written_files_have_usual_permissions_and_leave_no_others(scan, tmp_path):
    convert(scan, "-f", "pdf", "-o", tmp_path / "out" / "new.pdf")
    (path,) = (tmp_path / "out").iterdir()
    (tmp_path / "usual").touch()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_options_that_cannot_be_honoured_are_errors(scan):
    with pytest.raises(UnreadableDocument, match="unknown name 'nonsense'"):
        convert(scan, "--extract", "nonsense")


class FailsOnSecondPage(NullEngine):
    def recognize(self, image, options=None):
        self.pages = getattr(self, "pages", 0) + 1
        if self.pages == 2:
            raise EngineError("The engine has failed.")
        return super().recognize(image, options)


def test_a_page_fails_alone(scan, tmp_path, capsys):
    out = tmp_path / "out.txt"
    assert main([str(scan), "-o", str(out)], FailsOnSecondPage()) == 1
    assert out.read_text().split() == ["null", "engine"]
    assert "page 2: The engine has failed." in capsys.readouterr().err


def test_a_bar_shows_files_and_pages_on_a_terminal(scan, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    convert(scan, "-f", "text", "-o", tmp_path / "out")
    shown = capsys.readouterr().err
    assert "page 1/2" in shown and "0/1 scan.pdf" in shown and "1/1" in shown


def test_the_library_reads_and_converts_documents(scan, tmp_path):
    result = read_document(scan, engine=NullEngine(), pages="1")
    assert (result["total_pages"], result["full_text"]) == (1, "null engine")
    library_convert(scan, tmp_path / "a.md", format="markdown", engine=NullEngine())
    assert (tmp_path / "a.md").read_text().split() == ["null", "engine"] * 2
    with pytest.raises(UnreadableDocument, match="Unknown format 'docx'"):
        library_convert(scan, tmp_path / "a.docx", format="docx", engine=NullEngine())
    with pytest.raises(UnreadableDocument) as error:
        read_document(tmp_path / "missing.pdf", engine=NullEngine())
    assert error.value.code == "not_found"


def test_a_single_annotated_page_is_a_picture(scan, tmp_path):
    assert convert(scan, "-f", "annotated", "--pages", "2", "-o", tmp_path / "page.png") == 0
    assert max(Image.open(tmp_path / "page.png").size) == 2000
    assert convert(scan, "-f", "annotated", "-o", tmp_path / "pages.png") == 1
    assert not (tmp_path / "pages.png").exists()


def test_tables_are_written_to_one_csv_file():
    tables = document(page([], [table([["a", "b"]]), table([["c", "d"]])]))
    assert b"".join(conversion._converted(tables, "scan.pdf", BY_NAME["csv"])) == b'"a","b"\r\n\r\n"c","d"\r\n'
