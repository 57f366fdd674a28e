"""Choose the inference runtime, and the number of threads it may use."""

import importlib.util
import os
import platform
from pathlib import Path

from .errors import RuntimeNotAvailable

AUTO, OPENVINO, ONNXRUNTIME, PADDLE = "auto", "openvino", "onnxruntime", "paddle"
#: Runtime -> (package to import, requirement to install).
_PACKAGES = {
    OPENVINO: ("openvino", "openvino"),
    ONNXRUNTIME: ("onnxruntime", "onnxruntime"),
    PADDLE: ("paddle", "paddlepaddle==3.2.2"),
}
RUNTIMES: tuple[str, ...] = (AUTO, *_PACKAGES)


def choose_runtime(requested: str) -> str:
    """Return the runtime to use, without importing it.

    ``auto`` is OpenVINO if it is installed and supports the processor well, otherwise ONNX Runtime. Raises
    RuntimeNotAvailable for a runtime that is unknown or not installed; its message names the install command.
    """
    if requested == AUTO:
        return OPENVINO if _suits_openvino() and _is_installed(OPENVINO) else _require(ONNXRUNTIME)
    if requested not in _PACKAGES:
        raise RuntimeNotAvailable(f"Unknown runtime {requested!r}. Use one of: {', '.join(RUNTIMES)}.")
    return _require(requested)


def _require(runtime: str) -> str:
    if not _is_installed(runtime):
        raise RuntimeNotAvailable(
            f"The runtime {runtime!r} is not installed. Install it with: pip install {_PACKAGES[runtime][1]}"
        )
    return runtime


def _is_installed(runtime: str) -> bool:
    return importlib.util.find_spec(_PACKAGES[runtime][0]) is not None


def _suits_openvino() -> bool:
    """OpenVINO's kernels are written for x86-64 with AVX2; on other processors ONNX Runtime is the safer choice."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text()
    except OSError:  # not Linux: the flags are unknown, and nearly all x86-64 processors have AVX2
        return True


def default_threads() -> int:
    """Return the number of cores that this process may use (its CPU affinity)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_gpu(runtime: str) -> None:
    """Raise RuntimeNotAvailable unless the installed runtime can use a GPU. Imports it."""
    if runtime == ONNXRUNTIME:
        import onnxruntime

        if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
            return
        remedy = "Install its GPU build with: pip install onnxruntime-gpu"
    elif runtime == PADDLE:
        import paddle

        if paddle.device.is_compiled_with_cuda() and paddle.device.cuda.device_count():
            return
        remedy = "Install PaddlePaddle's GPU build, paddlepaddle-gpu, as described in its documentation"
    else:
        remedy = "Use onnxruntime or paddle"
    raise RuntimeNotAvailable(f"The runtime {runtime!r} cannot use a GPU here. {remedy}, or turn the GPU off.")
