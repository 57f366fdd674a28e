"""Describe the machine; every benchmark prints it with its results."""

import os
import platform
from pathlib import Path

from paddleocr_service.runtimes import default_threads

_RELEVANT_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


def describe() -> str:
    """Return processor, cores of this process, relevant instruction sets, load, operating system, Python version."""
    model, flags = _processor()
    cores = default_threads()
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    parts = [model, f"{cores} cores", " ".join(flags), load, platform.system(), f"Python {platform.python_version()}"]
    return ", ".join(part for part in parts if part)


def _processor() -> tuple[str, list[str]]:
    """Return the model name and the relevant flags."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine(), []
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    by_name = {name.strip(): value.strip() for name, value in fields.items()}
    flags = by_name.get("flags", "").split()
    return by_name.get("model name", platform.machine()), [flag for flag in _RELEVANT_FLAGS if flag in flags]
