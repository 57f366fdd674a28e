"""The benchmark of a folder of images."""

from types import SimpleNamespace

from bench.__main__ import main
from bench.machine import describe
from bench.ocr import find_images, measure
from tests.support.drawing import picture


def create_image(folder, name, truth=None):
    (folder / name).write_bytes(picture("x"))
    if truth is not None:
        (folder / name).with_suffix(".txt").write_text(truth)


def test_images_with_text_file_are_found_in_order(tmp_path):
    create_image(tmp_path, "b.png", "x")
    create_image(tmp_path, "a.JPG", "x")
    create_image(tmp_path, "without.png")
    (tmp_path / "notes.txt").write_text("no image")
    assert [path.name for path in find_images(tmp_path)] == ["a.JPG", "b.png"]


def test_score_is_computed_from_the_recognised_text(tmp_path):
    create_image(tmp_path, "a.png", "one two")
    create_image(tmp_path, "b.png", "three four")
    engine = SimpleNamespace(recognize=lambda path: SimpleNamespace(text="one two"))
    reports = []
    score = measure(engine, find_images(tmp_path), lambda *report: reports.append(report))
    assert score.images == 2 and score.f1 == 0.5 and 0 < score.cer < 1
    assert [(report[0], report[2]) for report in reports] == [("a.png", 1.0), ("b.png", 0.0)]
    assert score.peak_mb > 10


def test_empty_folder_is_an_error(tmp_path, capsys):
    assert main(["ocr", str(tmp_path)]) == 2
    assert "No image with a .txt file" in capsys.readouterr().err


def test_missing_model_is_an_error(tmp_path, capsys):
    create_image(tmp_path, "a.png", "x")
    assert main([str(tmp_path), "--runtime", "onnxruntime", "--model", "PP-OCRv4_server"]) == 1
    assert "install PP-OCRv4_server_det" in capsys.readouterr().err


def test_machine_description_has_cores_and_python_version():
    assert "cores" in describe() and "Python" in describe()
