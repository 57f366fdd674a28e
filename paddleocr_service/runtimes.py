"""Which inference runtime runs the networks, and how many threads it may use."""

from __future__ import annotations

import importlib.util
import os

from .errors import RuntimeNotAvailable

AUTO = "auto"
# runtime -> (package to import, requirement to install)
_PACKAGES = {
    "openvino": ("openvino", "openvino"),
    "onnxruntime": ("onnxruntime", "onnxruntime"),
    "paddle": ("paddle", "paddlepaddle==3.2.2"),
}
RUNTIMES: tuple[str, ...] = (AUTO, *_PACKAGES)


def choose_runtime(asked: str) -> str:
    """Name of the runtime to use: ``auto`` is the fastest one installed. Imports none of them.

    Raises RuntimeNotAvailable for one that is unknown or not installed, naming the command that installs it.
    """
    if asked == AUTO:
        return next((name for name in ("onnxruntime",) if _installed(name)), "onnxruntime")
    if asked not in _PACKAGES:
        raise RuntimeNotAvailable(f"There is no runtime {asked!r}. Use one of: {', '.join(RUNTIMES)}.")
    if not _installed(asked):
        raise RuntimeNotAvailable(
            f"The runtime {asked!r} is not installed. Install it with: pip install {_PACKAGES[asked][1]}"
        )
    return asked


def _installed(runtime: str) -> bool:
    return importlib.util.find_spec(_PACKAGES[runtime][0]) is not None


def default_threads() -> int:
    """Number of cores that this process may run on (its CPU affinity)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
