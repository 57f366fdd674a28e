"""The engine that a worker builds is the one that the settings ask for."""

from types import SimpleNamespace

import pytest

from paddleocr_service import NullEngine, OCREngine, RuntimeNotAvailable
from bootstrap import build_engine


@pytest.fixture
def settings(tmp_path):
    return SimpleNamespace(
        ocr_model="PP-OCRv6_small",
        ocr_runtime="onnxruntime",
        ocr_threads=1,
        ocr_workers=1,
        ocr_lang="en",
        ocr_model_dir=None,
        max_image_width=4096,
        max_image_height=4096,
        use_gpu=False,
    )


def test_the_model_and_the_runtime_are_those_of_the_settings(settings):
    settings.ocr_model = "PP-OCRv6_tiny"
    engine = build_engine(settings)
    assert isinstance(engine, OCREngine)
    assert (engine.info().runtime, engine.info().models[0]) == ("onnxruntime", "PP-OCRv6_tiny_det")


def test_the_null_engine_loads_nothing(settings):
    settings.ocr_runtime = "null"
    assert isinstance(build_engine(settings), NullEngine)


def test_a_gpu_that_is_asked_for_and_not_there_is_told_and_nothing_runs_on_the_processor_instead(settings):
    settings.use_gpu = True
    with pytest.raises(RuntimeNotAvailable, match="GPU"):
        build_engine(settings).warm_up()
