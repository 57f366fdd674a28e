"""What is told to PaddleX through its environment."""

import os

import pytest

from paddleocr_service.environment import paddlex_homes, prepare_paddlex


@pytest.fixture
def clean(monkeypatch, tmp_path):
    for name in ("PADDLE_PDX_CACHE_HOME", "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"):
        monkeypatch.setenv(name, "")  # so that monkeypatch puts back what the code sets
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def test_paddlex_keeps_its_own_folder_under_a_home_that_can_be_written(clean):
    prepare_paddlex(clean / "cache")
    assert os.environ["PADDLE_PDX_CACHE_HOME"] == str(clean / "home" / ".paddlex")


def test_under_a_home_that_cannot_it_goes_into_our_cache(clean):
    (clean / "home").write_text("not a folder")
    prepare_paddlex(clean / "cache")
    assert os.environ["PADDLE_PDX_CACHE_HOME"] == str(clean / "cache" / "paddlex")


def test_what_the_operator_set_is_left_alone(clean, monkeypatch):
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(clean / "theirs"))
    monkeypatch.setenv("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "False")
    prepare_paddlex(clean / "cache")
    assert os.environ["PADDLE_PDX_CACHE_HOME"] == str(clean / "theirs")
    assert os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] == "False"
    assert paddlex_homes(clean / "cache") == [clean / "theirs"]


def test_nobody_looks_for_model_hubs_unless_a_person_installs_a_model(clean):
    prepare_paddlex(clean / "cache", look_for_hubs=True)
    assert "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK" not in os.environ
    prepare_paddlex(clean / "cache")
    assert os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] == "True"


def test_looking_for_downloads_makes_no_folders(clean):
    paddlex_homes(clean / "cache")
    assert not (clean / "home").exists()
