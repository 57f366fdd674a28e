"""How many worker processes and threads this machine gets, and how much memory they may use."""

from __future__ import annotations

from dataclasses import dataclass

from utils.machine import usable_cores, usable_memory

#: Memory per worker process and its child: up to 1.9 GB (a picture of 100 megapixels), the rest for the parent.
BYTES_PER_PROCESS = 2 << 30
#: A worker process that exceeds this share of its part of the memory is replaced after its unit.
PROCESS_MEMORY_SHARE = 0.6
#: The share of the memory that all worker processes together may use for the models of further languages.
MODEL_MEMORY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class WorkerSize:
    processes: int
    threads: int

    @classmethod
    def for_this_machine(cls, processes: int | None = None, threads: int | None = None) -> WorkerSize:
        """Given numbers are kept. Default: the fastest split that memory allows, and all cores divided evenly."""
        cores = usable_cores()
        processes = processes or fastest_process_count(cores, usable_memory())
        return cls(processes, threads or max(1, cores // processes))

    def process_memory_limit(self) -> int:
        """Bytes."""
        return int(usable_memory() * PROCESS_MEMORY_SHARE / self.processes)

    def model_memory_limit(self) -> int:
        """Bytes that the models of further languages may use in each process."""
        return int(usable_memory() * MODEL_MEMORY_SHARE / self.processes)


def fastest_process_count(cores: int, memory: int) -> int:
    """One process per core if the memory (bytes) allows.

    A process's speed grows with about the square root of its threads (`make bench-split`).
    """
    limit = max(1, min(cores, round(memory / BYTES_PER_PROCESS)))
    return max(range(1, limit + 1), key=lambda processes: (processes * (cores // processes) ** 0.5, processes))
