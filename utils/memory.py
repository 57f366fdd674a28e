"""How much memory this process may use."""

from __future__ import annotations

from pathlib import Path

import psutil

#: Where a container sees its own limit: cgroup v2, then v1.
LIMIT_FILES = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def usable_memory(limit_files: tuple[Path, ...] = LIMIT_FILES) -> int:
    """Bytes: the machine's memory, or the limit of the container in which this process runs."""
    total = psutil.virtual_memory().total
    for path in limit_files:
        try:
            return min(total, int(path.read_text()))
        except (OSError, ValueError):  # another kind of cgroup, or "max": no limit
            continue
    return total
