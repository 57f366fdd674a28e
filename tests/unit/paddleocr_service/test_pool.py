"""Pipelines kept while memory allows."""

from dataclasses import dataclass

import pytest

from paddleocr_service.pool import PipelinePool

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Models:
    lang: str
    key: tuple

    def weights(self):
        return []


def models(lang, recogniser=None):
    return Models(lang, ("det", recogniser or f"{lang}_rec", None))


class Process:
    """A process whose memory is 100 MB for each pipeline that is alive."""

    def __init__(self):
        self.loads = []
        self.alive = 0

    def load(self, wanted):
        self.loads.append(wanted.lang)
        return Loaded(self)

    def resident(self):
        return self.alive * 100 * MEGABYTE


class Loaded:
    def __init__(self, process):
        self.process = process
        process.alive += 1

    def __del__(self):
        self.process.alive -= 1


@pytest.fixture
def process():
    return Process()


def test_a_pipeline_is_loaded_once(process):
    pool = PipelinePool(process.load)
    assert pool.get(models("en")) is pool.get(models("en"))
    assert process.loads == ["en"]


def test_languages_of_one_recogniser_share_a_pipeline(process):
    pool = PipelinePool(process.load)
    assert pool.get(models("en", "latin")) is pool.get(models("de", "latin"))
    assert pool.languages == ("en", "de")


def test_the_language_read_last_stands_last(process):
    pool = PipelinePool(process.load)
    for lang in ("en", "ru", "en"):
        pool.get(models(lang))
    assert pool.languages == ("ru", "en")


def test_without_a_limit_all_stay(process):
    pool = PipelinePool(process.load, None, process.resident)
    for lang in ("en", "ru", "ko"):
        pool.get(models(lang))
    assert pool.languages == ("en", "ru", "ko")


def test_the_least_recently_used_goes_first(process):
    pool = PipelinePool(process.load, 250, process.resident)
    for lang in ("en", "ru", "en", "ko"):
        pool.get(models(lang))
    assert pool.languages == ("en", "ko")


def test_the_one_in_use_stays_even_where_memory_is_short(process):
    pool = PipelinePool(process.load, 50, process.resident)
    pool.get(models("en"))
    kept = pool.get(models("ru"))
    assert pool.languages == ("ru",) and pool.get(models("ru")) is kept


def test_room_is_made_before_the_next_is_loaded(process, tmp_path):
    weights = tmp_path / "weights"
    with open(weights, "wb") as file:
        file.truncate(30 * MEGABYTE)
    pool = PipelinePool(process.load, 210, process.resident)
    pool.get(models("en"))
    heavy = models("ru")
    object.__setattr__(heavy, "weights", lambda: [weights])
    alive_at_load = []
    pool._load = lambda wanted: alive_at_load.append(process.alive) or process.load(wanted)
    pool.get(heavy)
    assert alive_at_load == [0]


def test_a_load_that_fails_leaves_the_others(process):
    pool = PipelinePool(process.load)
    pool.get(models("en"))
    pool._load = lambda wanted: 1 / 0
    with pytest.raises(ZeroDivisionError):
        pool.get(models("ru"))
    assert pool.languages == ("en",)
