"""Measures how much the memory of processes grows, from the peak that the kernel records (`VmHWM`)."""

from __future__ import annotations

from pathlib import Path

import psutil

#: Written to `clear_refs`: the kernel resets the recorded peak to the current size.
RESET_PEAK = "5"


def process_tree(*roots: int) -> list[psutil.Process]:
    """These processes and all their descendants."""
    return [each for root in map(psutil.Process, roots) for each in (root, *root.children(recursive=True))]


class Peaks:
    """The peak memory of processes, compared with their memory when this object was created."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._before = {}
        for process in processes:
            Path(f"/proc/{process.pid}/clear_refs").write_text(RESET_PEAK)
            self._before[process] = _peak(process)

    def growth(self) -> dict[str, int]:
        """{command line: bytes} of the processes that are still running."""
        return {
            f"{process.pid} {' '.join(process.cmdline())[-60:]}": _peak(process) - before
            for process, before in self._before.items()
            if process.is_running()
        }


def _peak(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10
