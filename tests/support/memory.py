"""How much memory processes take at most while something happens, from what the kernel notes (`VmHWM`)."""

from __future__ import annotations

from pathlib import Path

import psutil

#: Tells the kernel to begin its note of the most that was in memory anew.
RESET_PEAK = "5"


def family(*roots: int) -> list[psutil.Process]:
    """These processes and all that come from them."""
    return [each for root in map(psutil.Process, roots) for each in (root, *root.children(recursive=True))]


class Peaks:
    """By how many bytes each process that lives now exceeds, at any moment from now on, what it takes now."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._before = {}
        for process in processes:
            Path(f"/proc/{process.pid}/clear_refs").write_text(RESET_PEAK)
            self._before[process] = _peak(process)

    def grown(self) -> dict[str, int]:
        """{command line: bytes} of those that still live."""
        return {
            f"{process.pid} {' '.join(process.cmdline())[-60:]}": _peak(process) - before
            for process, before in self._before.items()
            if process.is_running()
        }


def _peak(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10
