"""Loaded readers of Tesseract."""

import weakref
from pathlib import Path

import pytest

from paddleocr_service.recognisers import reader_pool, tesseract
from paddleocr_service.recognisers.language_data import LanguageData
from paddleocr_service.recognisers.reader_pool import ReaderPool


class Reader:
    def __init__(self, data, threads):
        self.data = data


@pytest.fixture
def pool(monkeypatch):
    monkeypatch.setattr(tesseract, "TesseractReader", Reader)
    monkeypatch.setattr(reader_pool, "_MAX_READERS", 2)
    return ReaderPool(1)


def data(name):
    return LanguageData(name, Path("tessdata"))


def test_reader_is_loaded_once(pool):
    assert pool.get(data("hin")) is pool.get(data("hin"))


def test_least_recently_used_reader_is_unloaded_first(pool):
    hindi, tamil = pool.get(data("hin")), pool.get(data("tam"))
    pool.get(data("hin"))
    pool.get(data("ara"))
    assert pool.get(data("hin")) is hindi
    assert pool.get(data("tam")) is not tamil


def test_unloaded_reader_is_freed_only_after_its_last_use(pool):
    used = pool.get(data("hin"))
    for name in ("tam", "ara", "rus"):
        pool.get(data(name))
    freed = weakref.ref(used)
    assert freed() is used
    del used
    assert freed() is None
