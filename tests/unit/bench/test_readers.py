"""What a reading process is asked and what it answers, with stand-ins for the readers."""

import io
import json
import sys

import pytest

from bench.__main__ import main
from bench.peers import compare
from bench.readers.process import REPOSITORY, Reader, ReaderFailed
from bench.readers.protocol import serve
from bench.readers.untricked import WITHOUT
from bench.tricks import TRICKS
from tests.support.drawing import picture

STAND_IN = """
import sys
from bench.readers.protocol import answers_alone_on_stdout, serve
answers = answers_alone_on_stdout()
print("a library says hello")
def make():
    {make}
    return lambda request: request["path"].upper()
serve(make, sys.stdin, answers)
"""


def stand_in(folder, make="pass"):
    """A program that takes the place of Python and runs a reader of ours."""
    (folder / "reader.py").write_text(STAND_IN.format(make=make))
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={REPOSITORY} exec {sys.executable} {folder}/reader.py "$@"\n')
    program.chmod(0o755)
    return program


def answers_to(read, *requests):
    out = io.StringIO()
    serve(lambda: read, [json.dumps(request) for request in requests], out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_in_is_a_line_out():
    ready, answer = answers_to(lambda request: request["path"] * 2, {"path": "é\n"})
    assert ready == {"ready": True}
    assert answer["text"] == "é\né\n" and answer["seconds"] >= 0


def test_a_picture_that_cannot_be_read_is_told_and_the_next_one_read():
    def read(request):
        return {"good": "text"}[request["path"]]

    _, bad, good = answers_to(read, {"path": "bad"}, {"path": "good"})
    assert bad == {"error": "KeyError: 'bad'"} and good["text"] == "text"


def test_memory_is_told_on_demand():
    _, held = answers_to(lambda request: "", {"memory": True})
    assert held["rss_mb"] > 5 and held["peak_mb"] > 5


def test_what_libraries_print_does_not_mix_with_the_answers(tmp_path):
    with Reader("any", {}, stand_in(tmp_path)) as reader:
        assert [reader.read(name).text for name in ("a", "b")] == ["A", "B"]
        assert reader.memory()["peak_mb"] > 5


def test_a_reader_that_does_not_start_says_why(tmp_path):
    with pytest.raises(ReaderFailed, match="RuntimeError: no ink"):
        Reader("any", {}, stand_in(tmp_path, "raise RuntimeError('no ink')"))


def test_a_reader_may_stand_in_a_table_under_another_name(tmp_path):
    with pytest.raises(ReaderFailed, match="-m bench.readers ours {.threads.: 2}"):
        Reader(
            "without widths",
            {"reader": "ours", "threads": 2},
            stand_in(tmp_path, "raise RuntimeError(' '.join(sys.argv))"),
        )


def test_a_peer_that_cannot_run_is_named_with_the_reason_and_the_others_measured(tmp_path):
    (tmp_path / "a.png").write_bytes(picture("x"))
    (tmp_path / "a.txt").write_text("x")
    pythons = {"ours": stand_in(tmp_path), "rapidocr": tmp_path / "nowhere" / "python"}
    results, failed = compare({"ours": {}, "rapidocr": {}}, pythons, [tmp_path / "a.png"], 1)
    assert list(results) == ["ours"] and results["ours"].ratio == 1.0
    assert "make bench-peers" in failed["rapidocr"]


def test_every_trick_can_be_left_out():
    assert set(TRICKS) == set(WITHOUT)


@pytest.mark.parametrize("command", ["peers", "tricks", "split"])
def test_an_empty_folder_is_told(command, tmp_path, capsys):
    assert main([command, str(tmp_path)]) == 2
    assert "no picture with a .txt file" in capsys.readouterr().err


@pytest.mark.parametrize(("command", "option"), [("peers", "--readers"), ("tricks", "--tricks")])
def test_an_unknown_name_is_refused_with_those_there_are(command, option, capsys):
    with pytest.raises(SystemExit):
        main([command, option, "magic"])
    assert "no " in (told := capsys.readouterr().err) and "magic" in told and "there are" in told
