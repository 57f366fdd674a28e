"""Requests and answers of a reader process. Readers are fakes."""

import io
import json
import sys

import pytest

from bench.__main__ import main
from bench.ablation import OPTIMISATIONS
from bench.peers import compare
from bench.readers.ablations import ABLATIONS
from bench.readers.process import REPOSITORY, Reader, ReaderFailed
from bench.readers.protocol import serve
from tests.support.drawing import picture

FAKE_READER = """
import sys
from bench.readers.protocol import serve, take_over_stdout
answers = take_over_stdout()
print("a library prints something")
def create():
    {create}
    return lambda request: request["path"].upper()
serve(create, sys.stdin, answers)
"""


def fake_python(folder, create="pass"):
    """A program that replaces Python and runs a fake reader."""
    (folder / "reader.py").write_text(FAKE_READER.format(create=create))
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={REPOSITORY} exec {sys.executable} {folder}/reader.py "$@"\n')
    program.chmod(0o755)
    return program


def answers_to(read, *requests):
    out = io.StringIO()
    serve(lambda: read, [json.dumps(request) for request in requests], out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_request_has_one_line_of_answer():
    ready, answer = answers_to(lambda request: request["path"] * 2, {"path": "é\n"})
    assert ready == {"ready": True}
    assert answer["text"] == "é\né\n" and answer["seconds"] >= 0


def test_failed_image_is_reported_and_the_next_one_is_processed():
    def read(request):
        return {"good": "text"}[request["path"]]

    _, bad, good = answers_to(read, {"path": "bad"}, {"path": "good"})
    assert bad == {"error": "KeyError: 'bad'"} and good["text"] == "text"


def test_memory_is_reported_on_request():
    _, memory = answers_to(lambda request: "", {"memory": True})
    assert memory["rss_mb"] > 5 and memory["peak_mb"] > 5


def test_output_of_libraries_does_not_mix_with_the_answers(tmp_path):
    with Reader("any", {}, fake_python(tmp_path)) as reader:
        assert [reader.read(name).text for name in ("a", "b")] == ["A", "B"]
        assert reader.memory()["peak_mb"] > 5


def test_failed_start_raises_with_the_reason(tmp_path):
    with pytest.raises(ReaderFailed, match="RuntimeError: out of ink"):
        Reader("any", {}, fake_python(tmp_path, "raise RuntimeError('out of ink')"))


def test_label_of_a_reader_may_differ_from_its_name(tmp_path):
    with pytest.raises(ReaderFailed, match="-m bench.readers ours {.threads.: 2}"):
        Reader(
            "without padding",
            {"reader": "ours", "threads": 2},
            fake_python(tmp_path, "raise RuntimeError(' '.join(sys.argv))"),
        )


def test_peer_that_cannot_run_is_reported_and_the_others_are_measured(tmp_path):
    (tmp_path / "a.png").write_bytes(picture("x"))
    (tmp_path / "a.txt").write_text("x")
    pythons = {"ours": fake_python(tmp_path), "rapidocr": tmp_path / "nowhere" / "python"}
    results, failed = compare({"ours": {}, "rapidocr": {}}, pythons, [tmp_path / "a.png"], 1)
    assert list(results) == ["ours"] and results["ours"].ratio == 1.0
    assert "make bench-peers" in failed["rapidocr"]


def test_every_optimisation_can_be_disabled():
    assert set(OPTIMISATIONS) == set(ABLATIONS)


@pytest.mark.parametrize("command", ["peers", "ablation", "split"])
def test_empty_folder_is_an_error(command, tmp_path, capsys):
    assert main([command, str(tmp_path)]) == 2
    assert "No image with a .txt file" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "option"), [("peers", "--readers"), ("ablation", "--optimisations")])
def test_unknown_name_is_rejected_with_the_list_of_names(command, option, capsys):
    with pytest.raises(SystemExit):
        main([command, option, "magic"])
    assert "unknown: magic; use " in capsys.readouterr().err
