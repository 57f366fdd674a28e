"""What the service costs is measured from outside, while it works."""

import re

import pytest

from bench import sizing
from tests.support.drawing import picture


@pytest.fixture
def folder(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(picture(f"Sizing {number}"))
    return tmp_path


def test_it_tells_the_time_of_a_picture_and_the_memory_of_workers_and_redis(service, folder, capsys):
    assert sizing.main([service.url, str(folder)]) == 0
    told = capsys.readouterr().out
    assert re.search(r"pictures  3, \d+\.\d\d s each, \d+ a minute", told)
    highest = float(re.search(r"workers   1; .*highest ([\d.]+)", told)[1])
    assert highest > 100, "a worker with its model"
    assert int(re.search(r"(\d+) kB for each job", told)[1]) > 0


def test_the_same_pictures_are_read_again(service, folder):
    """From the cache they would cost nothing."""
    jobs = [sizing.Service(service.url).send(folder / "0.png") for _ in range(2)]
    results = [service.get(job + "/result", params={"wait": 30}).json() for job in jobs]
    assert [result["cached"] for result in results] == [False, False]
    assert {result["text"] for result in results} == {"Sizing 0"}


def test_a_folder_without_pictures_is_told(tmp_path, capsys):
    assert sizing.main(["http://127.0.0.1:1", str(tmp_path)]) == 2
    assert "no picture" in capsys.readouterr().err
