"""Pipelines stay loaded while memory allows."""

from dataclasses import dataclass

import pytest

from paddleocr_service.pool import PipelinePool

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class FakeModels:
    lang: str
    key: tuple

    def weights(self):
        return []


def models(lang, recogniser=None):
    return FakeModels(lang, ("det", recogniser or f"{lang}_rec", None))


class FakeProcess:
    """A process that uses 100 MB for each pipeline that is alive."""

    def __init__(self):
        self.loads = []
        self.alive = 0

    def load(self, wanted):
        self.loads.append(wanted.lang)
        return FakePipeline(self)

    def resident(self):
        return self.alive * 100 * MEGABYTE


class FakePipeline:
    def __init__(self, process):
        self.process = process
        process.alive += 1

    def __del__(self):
        self.process.alive -= 1


@pytest.fixture
def process():
    return FakeProcess()


def test_pipeline_is_loaded_once(process):
    pool = PipelinePool(process.load)
    assert pool.get(models("en")) is pool.get(models("en"))
    assert process.loads == ["en"]


def test_languages_with_the_same_models_share_a_pipeline(process):
    pool = PipelinePool(process.load)
    assert pool.get(models("en", "latin")) is pool.get(models("de", "latin"))
    assert pool.languages == ("en", "de")


def test_languages_are_ordered_by_last_use(process):
    pool = PipelinePool(process.load)
    for lang in ("en", "ru", "en"):
        pool.get(models(lang))
    assert pool.languages == ("ru", "en")


def test_without_limit_all_pipelines_stay(process):
    pool = PipelinePool(process.load, None, process.resident)
    for lang in ("en", "ru", "ko"):
        pool.get(models(lang))
    assert pool.languages == ("en", "ru", "ko")


def test_least_recently_used_pipeline_is_unloaded_first(process):
    pool = PipelinePool(process.load, 250, process.resident)
    for lang in ("en", "ru", "en", "ko"):
        pool.get(models(lang))
    assert pool.languages == ("en", "ko")


def test_pipeline_in_use_is_never_unloaded(process):
    pool = PipelinePool(process.load, 50, process.resident)
    pool.get(models("en"))
    current = pool.get(models("ru"))
    assert pool.languages == ("ru",) and pool.get(models("ru")) is current


def test_memory_is_freed_before_the_next_pipeline_is_loaded(process, tmp_path):
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


def test_failed_load_keeps_the_other_pipelines(process):
    pool = PipelinePool(process.load)
    pool.get(models("en"))
    pool._load = lambda wanted: 1 / 0
    with pytest.raises(ZeroDivisionError):
        pool.get(models("ru"))
    assert pool.languages == ("en",)
