"""How much memory this process may use."""

from __future__ import annotations

from pathlib import Path

import psutil


def usable_memory(cgroups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes: the machine's memory, bounded by the limits of the container or systemd unit in which this runs."""
    limits = [_limit(path) for path in _limit_files(cgroups, own)]
    return min([psutil.virtual_memory().total, *filter(None, limits)])


def _limit_files(cgroups: Path, own: Path) -> list[Path]:
    """Of cgroup v2 this process's own and all above it; of v1 the one that a container sees."""
    try:
        lines = own.read_text().splitlines()
    except OSError:  # no Linux
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
