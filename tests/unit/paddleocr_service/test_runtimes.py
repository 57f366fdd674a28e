"""Which runtime ``auto`` is."""

import pytest

from paddleocr_service import RuntimeNotAvailable
from paddleocr_service.runtimes import choose_runtime, default_threads


@pytest.fixture
def machine(monkeypatch):
    def make(installed, suits_openvino=True):
        monkeypatch.setattr("paddleocr_service.runtimes._installed", lambda runtime: runtime in installed)
        monkeypatch.setattr("paddleocr_service.runtimes._suits_openvino", lambda: suits_openvino)

    return make


@pytest.mark.parametrize(
    ("installed", "suits", "chosen"),
    [
        ({"openvino", "onnxruntime"}, True, "openvino"),
        ({"openvino", "onnxruntime"}, False, "onnxruntime"),
        ({"onnxruntime"}, True, "onnxruntime"),
    ],
)
def test_auto_is_openvino_where_it_is_installed_and_suits_the_processor(machine, installed, suits, chosen):
    machine(installed, suits)
    assert choose_runtime("auto") == chosen


def test_auto_never_means_paddle(machine):
    machine({"paddle"})
    with pytest.raises(RuntimeNotAvailable, match="pip install onnxruntime"):
        choose_runtime("auto")


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime", "paddle"])
def test_a_runtime_asked_for_and_missing_is_told_with_the_command(machine, runtime):
    machine(set())
    with pytest.raises(RuntimeNotAvailable, match="pip install"):
        choose_runtime(runtime)


def test_an_unknown_runtime_is_refused_with_those_there_are():
    with pytest.raises(RuntimeNotAvailable, match="no runtime 'tensorrt'.*auto, openvino, onnxruntime, paddle"):
        choose_runtime("tensorrt")


def test_threads_follow_the_cores_that_the_process_may_use(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    assert default_threads() == 3
