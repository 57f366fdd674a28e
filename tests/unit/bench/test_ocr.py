"""The bench over a folder."""

from types import SimpleNamespace

from bench.__main__ import main
from bench.machine import describe
from bench.ocr import measure, pictures
from tests.support.drawing import picture


def put(folder, name, truth=None):
    (folder / name).write_bytes(picture("x"))
    if truth is not None:
        (folder / name).with_suffix(".txt").write_text(truth)


def test_pictures_with_their_truth_are_taken_in_order(tmp_path):
    put(tmp_path, "b.png", "x")
    put(tmp_path, "a.JPG", "x")
    put(tmp_path, "without.png")
    (tmp_path / "notes.txt").write_text("no picture")
    assert [path.name for path in pictures(tmp_path)] == ["a.JPG", "b.png"]


def test_the_score_is_that_of_the_text_that_was_read(tmp_path):
    put(tmp_path, "a.png", "one two")
    put(tmp_path, "b.png", "three four")
    engine = SimpleNamespace(recognize=lambda path: SimpleNamespace(text="one two"))
    told = []
    score = measure(engine, pictures(tmp_path), lambda *row: told.append(row))
    assert score.images == 2 and score.f1 == 0.5 and 0 < score.cer < 1
    assert [(row[0], row[2]) for row in told] == [("a.png", 1.0), ("b.png", 0.0)]
    assert score.peak_mb > 10


def test_an_empty_folder_is_told(tmp_path, capsys):
    assert main(["ocr", str(tmp_path)]) == 2
    assert "no picture with a .txt file" in capsys.readouterr().err


def test_a_model_that_is_not_here_is_told(tmp_path, capsys):
    put(tmp_path, "a.png", "x")
    assert main([str(tmp_path), "--runtime", "onnxruntime", "--model", "PP-OCRv4_server"]) == 1
    assert "install PP-OCRv4_server_det" in capsys.readouterr().err


def test_the_machine_is_named():
    assert "cores" in describe() and "Python" in describe()
