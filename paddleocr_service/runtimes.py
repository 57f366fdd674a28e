"""Which inference runtime runs the networks, and how many threads it may use."""

from __future__ import annotations

import importlib.util
import os
import platform
from pathlib import Path

from .errors import RuntimeNotAvailable

AUTO, OPENVINO, ONNXRUNTIME, PADDLE = "auto", "openvino", "onnxruntime", "paddle"
# runtime -> (package to import, requirement to install)
_PACKAGES = {
    OPENVINO: ("openvino", "openvino"),
    ONNXRUNTIME: ("onnxruntime", "onnxruntime"),
    PADDLE: ("paddle", "paddlepaddle==3.2.2"),
}
RUNTIMES: tuple[str, ...] = (AUTO, *_PACKAGES)


def choose_runtime(asked: str) -> str:
    """Name of the runtime to use: ``auto`` is OpenVINO where it is installed and made for the processor, else ONNX
    Runtime. Imports neither.

    Raises RuntimeNotAvailable for one that is unknown or not installed, naming the command that installs it.
    """
    if asked == AUTO:
        return OPENVINO if _suits_openvino() and _installed(OPENVINO) else _checked(ONNXRUNTIME)
    if asked not in _PACKAGES:
        raise RuntimeNotAvailable(f"There is no runtime {asked!r}. Use one of: {', '.join(RUNTIMES)}.")
    return _checked(asked)


def _checked(runtime: str) -> str:
    if not _installed(runtime):
        raise RuntimeNotAvailable(
            f"The runtime {runtime!r} is not installed. Install it with: pip install {_PACKAGES[runtime][1]}"
        )
    return runtime


def _installed(runtime: str) -> bool:
    return importlib.util.find_spec(_PACKAGES[runtime][0]) is not None


def _suits_openvino() -> bool:
    """OpenVINO's kernels are written for x86-64 with AVX2; elsewhere ONNX Runtime is the safer choice."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text()
    except OSError:  # not Linux: no telling, and nearly every x86-64 has it
        return True


def default_threads() -> int:
    """Number of cores that this process may run on (its CPU affinity)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_gpu(runtime: str) -> None:
    """Raises RuntimeNotAvailable unless this runtime, as installed, can use a GPU. Imports it."""
    if runtime == ONNXRUNTIME:
        import onnxruntime

        if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
            return
        remedy = "Install its GPU build with: pip install onnxruntime-gpu"
    elif runtime == PADDLE:
        import paddle

        if paddle.device.is_compiled_with_cuda() and paddle.device.cuda.device_count():
            return
        remedy = "Install PaddlePaddle's GPU build, paddlepaddle-gpu, as its own page tells"
    else:
        remedy = "Use onnxruntime or paddle"
    raise RuntimeNotAvailable(f"The runtime {runtime!r} cannot use a GPU here. {remedy}, or leave the GPU out.")
