"""``python -m bench split [FOLDER]``: pictures a second for each way to part the cores into workers and threads.

Workers are processes that take the next picture as soon as they are free, as the service's do. The splits take turns,
so that other work on the machine falls on all alike.
"""

from __future__ import annotations

import argparse
import queue
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from bench.arguments import over_pictures, parser_of
from bench.readers.process import Reader, ReaderFailed
from paddleocr_service.runtimes import default_threads
from services.worker.sizing import fastest_process_count
from utils.machine import usable_memory

Split = tuple[int, int]  # workers, threads of each


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    return over_pictures(chosen, "", partial(_tell, chosen))


def _tell(chosen: argparse.Namespace, found: list[Path]) -> int:
    """Measure every split over the pictures and tell the results; returns the exit status."""
    try:
        speeds = measure(splits_of(chosen.cores), found, chosen.rounds)
    except ReaderFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("| OCR_WORKERS x OCR_THREADS | images a second (median of the rounds) |\n|---|---|\n")
    for (workers, threads), speed in speeds.items():
        sys.stdout.write(f"| {workers} x {threads} | {speed:.2f} |\n")
    fastest, default = max(speeds, key=speeds.get), default_split(chosen.cores)
    sys.stdout.write(f"\nfastest   {_told(fastest)}\n")
    sys.stdout.write(f"default   {_told(default)}: {speeds[default] / speeds[fastest]:.2f} of the fastest's speed\n")
    return 0


def _told(split: Split) -> str:
    return f"OCR_WORKERS={split[0]} OCR_THREADS={split[1]}"


def splits_of(cores: int) -> list[Split]:
    """Every number of workers among which the cores can be shared out evenly, and the default."""
    even = [(workers, cores // workers) for workers in range(1, cores + 1) if cores % workers == 0]
    return list(dict.fromkeys([*even, default_split(cores)]))


def default_split(cores: int) -> Split:
    """The default of the service, if neither is set."""
    workers = fastest_process_count(cores, usable_memory())
    return workers, max(1, cores // workers)


def measure(splits: Sequence[Split], found: Sequence[Path], rounds: int) -> dict[Split, float]:
    """Pictures a second of each split, median over the rounds; a first one, which warms up, does not count.

    Raises ReaderFailed.
    """
    speeds: dict[Split, list[float]] = {split: [] for split in splits}
    with ExitStack() as running:
        teams = {
            (workers, threads): [running.enter_context(Reader("ours", {"threads": threads})) for _ in range(workers)]
            for workers, threads in splits
        }
        for turn in range(-1, rounds):
            for split, team in teams.items():
                sys.stderr.write(f"{'warming up' if turn < 0 else f'round {turn + 1}':10}   {_told(split)}\n")
                seconds = share_out(team, found)
                if turn >= 0:
                    speeds[split].append(len(found) / seconds)
    return {split: median(each) for split, each in speeds.items()}


def share_out(team: Sequence[Reader], found: Sequence[Path]) -> float:
    """Seconds until a team has read all pictures, each reader taking the next when it is free. Raises ReaderFailed."""
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for path in found:
        waiting.put(path)

    def work(reader: Reader) -> None:
        while True:
            try:
                path = waiting.get_nowait()
            except queue.Empty:
                return
            reader.read(path)

    started = time.perf_counter()
    with ThreadPoolExecutor(len(team)) as pool:
        list(pool.map(work, team))
    return time.perf_counter() - started


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("split", "Workers by threads, which is fastest.")
    parser.add_argument("--cores", type=int, default=default_threads(), help="to share out")
    return parser
