"""Cores and memory that this process may use."""

import os
from pathlib import Path

import psutil


def usable_cores() -> int:
    """Cores in this process's affinity mask, limited by the container's CPU quota (cgroup v2)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(cores, int(quota) // int(period)))
    except (OSError, ValueError):  # no cgroup v2, or "max": no quota
        return cores


def usable_memory(cgroups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes of memory of the machine, limited by the container or systemd unit of this process."""
    limits = [_limit(path) for path in _limit_files(cgroups, own)]
    return min([psutil.virtual_memory().total, *filter(None, limits)])


def _limit_files(cgroups: Path, own: Path) -> list[Path]:
    """cgroup v2: the files of this process's group and all groups above it. v1: the one that a container sees."""
    try:
        lines = own.read_text().splitlines()
    except OSError:  # not Linux
        return []
    group = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), "")
    folders = [cgroups / group, *(cgroups / group).parents]
    v2 = [folder / "memory.max" for folder in folders if folder.is_relative_to(cgroups)]
    return [*v2, cgroups / "memory" / "memory.limit_in_bytes"]


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no such group, or "max": no limit
        return None
