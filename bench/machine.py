"""Name the machine that was measured: figures without it mean nothing."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_TOLD = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")


def describe() -> str:
    """Processor, cores this process may use, instructions that matter, load, system, Python."""
    model, flags = _processor()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    parts = [model, f"{cores} cores", " ".join(flags), load, platform.system(), f"Python {platform.python_version()}"]
    return ", ".join(part for part in parts if part)


def _processor() -> tuple[str, list[str]]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine(), []
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    by_name = {name.strip(): value.strip() for name, value in fields.items()}
    flags = by_name.get("flags", "").split()
    return by_name.get("model name", platform.machine()), [flag for flag in _TOLD if flag in flags]
