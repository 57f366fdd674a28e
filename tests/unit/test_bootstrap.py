"""What the composition root builds from the settings."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bootstrap import bootstrap, build_engine
from config import Settings
from paddleocr_service import NullEngine, OCREngine, RuntimeNotAvailable
from services.worker import sizing

REPOSITORY = Path(__file__).resolve().parents[2]
HEAVY = {"PIL", "cv2", "numpy", "onnxruntime", "openvino", "paddle", "paddleocr", "paddlex", "pymupdf"}


@pytest.fixture
def settings():
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


def test_the_engine_has_the_model_and_runtime_of_the_settings(settings):
    settings.ocr_model = "PP-OCRv6_tiny"
    engine = build_engine(settings)
    assert isinstance(engine, OCREngine)
    assert (engine.info().runtime, engine.info().models[0]) == ("onnxruntime", "PP-OCRv6_tiny_det")


def test_the_null_engine_loads_nothing(settings):
    settings.ocr_runtime = "null"
    assert isinstance(build_engine(settings), NullEngine)


def test_a_missing_gpu_is_an_error_and_the_cpu_is_not_used_instead(settings):
    settings.use_gpu = True
    with pytest.raises(RuntimeNotAvailable, match="GPU"):
        build_engine(settings).warm_up()


def test_celery_gets_as_many_processes_as_the_settings_say(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OCR_WORKERS", "3")
    assert bootstrap(Settings.from_env(tmp_path / "no.env")).celery.conf.worker_concurrency == 3
    monkeypatch.delenv("OCR_WORKERS")
    monkeypatch.setattr(sizing, "usable_cores", lambda: 5)
    monkeypatch.setattr(sizing, "usable_memory", lambda: 64 << 30)
    assert bootstrap(Settings.from_env(tmp_path / "no.env")).celery.conf.worker_concurrency == 5


@pytest.mark.parametrize(
    ("entry_point", "unwanted"), [("celery_app", {"flask", "gunicorn"} | HEAVY), ("app", HEAVY)], ids=["worker", "web"]
)
def test_an_entry_point_does_not_import_what_it_does_not_need(entry_point, unwanted, tmp_path):
    """The parent of the worker and the web processes stay small; the worker never loads Flask."""
    script = f"import sys, {entry_point}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        env={"DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not unwanted & set(done.stdout.split())
