"""`bench.sizing` measures a running service from outside."""

import re

import pytest

from bench import sizing
from tests.support.drawing import picture


@pytest.fixture
def folder(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(picture(f"Sizing {number}"))
    return tmp_path


def test_report_has_time_per_image_and_memory_of_workers_and_redis(service, folder, capsys):
    assert sizing.main([service.url, str(folder)]) == 0
    output = capsys.readouterr().out
    assert re.search(r"images    3, \d+\.\d\d s each, \d+ per minute", output)
    highest = float(re.search(r"workers   1; .*highest ([\d.]+)", output)[1])
    assert highest > 100, "a worker with a loaded model needs more than 100 MB"
    # The growth may be zero or negative: Redis also allocates and frees memory for connections.
    assert float(re.search(r"redis +([\d.]+) MB; -?\d+ kB per job", output)[1]) > 0


def test_uploaded_images_are_not_answered_from_the_cache(service, folder):
    jobs = [sizing.Service(service.url).send(folder / "0.png") for _ in range(2)]
    results = [service.wait_for_result(job + "/result") for job in jobs]
    assert [result["cached"] for result in results] == [False, False]
    assert {result["text"] for result in results} == {"Sizing 0"}


def test_folder_without_images_is_an_error(tmp_path, capsys):
    assert sizing.main(["http://127.0.0.1:1", str(tmp_path)]) == 2
    assert "No image found" in capsys.readouterr().err
