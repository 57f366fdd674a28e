"""The choice of the inference runtime."""

import pytest

from paddleocr_service import RuntimeNotAvailable
from paddleocr_service.runtimes import choose_runtime, default_threads


@pytest.fixture
def configure_machine(monkeypatch):
    def configure(installed, suits_openvino=True):
        monkeypatch.setattr("paddleocr_service.runtimes._is_installed", lambda runtime: runtime in installed)
        monkeypatch.setattr("paddleocr_service.runtimes._suits_openvino", lambda: suits_openvino)

    return configure


@pytest.mark.parametrize(
    ("installed", "suits_openvino", "chosen"),
    [
        ({"openvino", "onnxruntime"}, True, "openvino"),
        ({"openvino", "onnxruntime"}, False, "onnxruntime"),
        ({"onnxruntime"}, True, "onnxruntime"),
    ],
)
def test_auto_prefers_openvino_on_suitable_processors(configure_machine, installed, suits_openvino, chosen):
    configure_machine(installed, suits_openvino)
    assert choose_runtime("auto") == chosen


def test_auto_never_chooses_paddle(configure_machine):
    configure_machine({"paddle"})
    with pytest.raises(RuntimeNotAvailable, match="pip install onnxruntime"):
        choose_runtime("auto")


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime", "paddle"])
def test_missing_runtime_fails_with_the_install_command(configure_machine, runtime):
    configure_machine(set())
    with pytest.raises(RuntimeNotAvailable, match="pip install"):
        choose_runtime(runtime)


def test_unknown_runtime_fails_with_the_list_of_runtimes():
    with pytest.raises(RuntimeNotAvailable, match="Unknown runtime 'tensorrt'.*auto, openvino, onnxruntime, paddle"):
        choose_runtime("tensorrt")


def test_default_threads_follow_the_cpu_affinity(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    assert default_threads() == 3
