"""The environment variables that are set for PaddleX."""

import os

import pytest

from paddleocr_service.environment import paddlex_homes, prepare_paddlex


@pytest.fixture
def clean_environment(monkeypatch, tmp_path):
    for name in ("PADDLE_PDX_CACHE_HOME", "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"):
        monkeypatch.setenv(name, "")  # so that monkeypatch restores what the code sets
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def test_paddlex_uses_its_default_folder_in_a_writable_home(clean_environment):
    prepare_paddlex(clean_environment / "cache")
    assert os.environ["PADDLE_PDX_CACHE_HOME"] == str(clean_environment / "home" / ".paddlex")


def test_paddlex_uses_our_cache_if_home_is_not_writable(clean_environment):
    (clean_environment / "home").write_text("not a folder")
    prepare_paddlex(clean_environment / "cache")
    assert os.environ["PADDLE_PDX_CACHE_HOME"] == str(clean_environment / "cache" / "paddlex")


def test_operator_settings_are_not_changed(clean_environment, monkeypatch):
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(clean_environment / "custom"))
    monkeypatch.setenv("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "False")
    prepare_paddlex(clean_environment / "cache")
    assert os.environ["PADDLE_PDX_CACHE_HOME"] == str(clean_environment / "custom")
    assert os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] == "False"
    assert paddlex_homes(clean_environment / "cache") == [clean_environment / "custom"]


def test_model_hubs_are_checked_only_for_an_install(clean_environment):
    prepare_paddlex(clean_environment / "cache", check_hubs=True)
    assert "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK" not in os.environ
    prepare_paddlex(clean_environment / "cache")
    assert os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] == "True"


def test_paddlex_homes_creates_no_folder(clean_environment):
    paddlex_homes(clean_environment / "cache")
    assert not (clean_environment / "home").exists()
