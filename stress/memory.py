"""Memory of process trees, as the Linux kernel reports it in /proc."""

from __future__ import annotations

from pathlib import Path

import psutil

#: Written to /proc/PID/clear_refs, this resets the recorded peak (`VmHWM`) to the current size.
RESET_PEAK = "5"


def process_tree(*pids: int) -> list[psutil.Process]:
    """These processes and all their descendants."""
    return [each for root in map(psutil.Process, pids) for each in (root, *root.children(recursive=True))]


def proportional_memory(processes: list[psutil.Process]) -> int:
    """Bytes of these processes (PSS): what several of them share is counted once."""
    return sum(map(_proportional, processes))


class MemoryPeaks:
    """How far each process grows above its current memory from now on."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._before = {}
        for process in processes:
            Path(f"/proc/{process.pid}/clear_refs").write_text(RESET_PEAK)
            self._before[process] = _peak(process)

    @property
    def count(self) -> int:
        return len(self._before)

    def growth(self) -> dict[str, int]:
        """{"PID command line": bytes} of the processes that still run."""
        return {
            f"{process.pid} {' '.join(process.cmdline())[-60:]}": _peak(process) - before
            for process, before in self._before.items()
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        }


def _peak(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


def _proportional(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.NoSuchProcess:
        return 0
