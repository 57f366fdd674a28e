"""``python -m bench split [FOLDER]``: images per second for each way to split the cores into workers and threads.

As in the service, each worker is a process that takes the next image as soon as it is idle. The splits take turns, so
that other load on the machine affects all alike.
"""

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

from bench.arguments import create_parser, run_on_images
from bench.readers.process import Reader, ReaderFailed
from paddleocr_service.runtimes import default_threads
from services.worker.sizing import fastest_process_count
from utils.machine import usable_memory

Split = tuple[int, int]  # workers, threads per worker


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    return run_on_images(options, "", partial(_run, options))


def _run(options: argparse.Namespace, images: list[Path]) -> int:
    """Measure all splits and print the results. Return the exit code."""
    try:
        speeds = measure(possible_splits(options.cores), images, options.rounds)
    except ReaderFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("| OCR_WORKERS x OCR_THREADS | images per second (median of the rounds) |\n|---|---|\n")
    for (workers, threads), speed in speeds.items():
        sys.stdout.write(f"| {workers} x {threads} | {speed:.2f} |\n")
    fastest, default = max(speeds, key=speeds.get), default_split(options.cores)
    sys.stdout.write(f"\nfastest   {_format(fastest)}\n")
    sys.stdout.write(f"default   {_format(default)}: {speeds[default] / speeds[fastest]:.2f} of the fastest speed\n")
    return 0


def _format(split: Split) -> str:
    return f"OCR_WORKERS={split[0]} OCR_THREADS={split[1]}"


def possible_splits(cores: int) -> list[Split]:
    """Return all splits that use every core, and the default."""
    even = [(workers, cores // workers) for workers in range(1, cores + 1) if cores % workers == 0]
    return list(dict.fromkeys([*even, default_split(cores)]))


def default_split(cores: int) -> Split:
    """Return the default split of the service."""
    workers = fastest_process_count(cores, usable_memory())
    return workers, max(1, cores // workers)


def measure(splits: Sequence[Split], images: Sequence[Path], rounds: int) -> dict[Split, float]:
    """Return the images per second of each split: the median over the rounds, after a warm-up round.

    Raises ReaderFailed.
    """
    speeds: dict[Split, list[float]] = {split: [] for split in splits}
    with ExitStack() as stack:
        teams = {
            (workers, threads): [stack.enter_context(Reader("ours", {"threads": threads})) for _ in range(workers)]
            for workers, threads in splits
        }
        for number in range(-1, rounds):
            for split, team in teams.items():
                stage = "warm-up" if number < 0 else f"round {number + 1}"
                sys.stderr.write(f"{stage:10}   {_format(split)}\n")
                seconds = run_team(team, images)
                if number >= 0:
                    speeds[split].append(len(images) / seconds)
    return {split: median(values) for split, values in speeds.items()}


def run_team(team: Sequence[Reader], images: Sequence[Path]) -> float:
    """Return the seconds until a team has recognised all images; idle readers take the next. Raises ReaderFailed."""
    pending: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for path in images:
        pending.put(path)

    def work(reader: Reader) -> None:
        while True:
            try:
                path = pending.get_nowait()
            except queue.Empty:
                return
            reader.read(path)

    started = time.perf_counter()
    with ThreadPoolExecutor(len(team)) as pool:
        list(pool.map(work, team))
    return time.perf_counter() - started


def _parser() -> argparse.ArgumentParser:
    parser = create_parser("split", "Find the fastest combination of workers and threads.")
    parser.add_argument("--cores", type=int, default=default_threads(), help="number of cores to split")
    return parser
