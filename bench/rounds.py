"""Readers take turns: each picture is read by all of them, one after the other, before the next one is.

So whatever else the machine does meanwhile falls on all alike, and each (picture, round) gives a pair of times whose
ratio means something even where the seconds do not.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

from bench.metrics import WordScore, character_error_rate
from bench.readers.process import Reader, ReaderFailed

#: (name of the picture, number of the round).
Turn = tuple[str, int]


@dataclass
class Record:
    """What one reader did. seconds: by turn; texts: of each picture, as read in the first round."""

    seconds: dict[Turn, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    peak_mb: int = 0
    failed: str = ""


@dataclass(frozen=True)
class Result:
    """seconds: median of an image; ratio: see ``ratio``; f1, cer: pooled word F1, mean character error rate."""

    seconds: float
    images_a_second: float
    ratio: float
    f1: float
    cer: float
    peak_mb: int


def order_of(names: Sequence[str], picture: int, turn: int) -> list[str]:
    """The names in an order of chance, another for each picture and round, and the same whenever this is asked: who
    reads after a reader that swept the caches pays for it, so nobody reads after the same one each time."""
    shuffled = list(names)
    random.Random(f"{picture} {turn}").shuffle(shuffled)
    return shuffled


def read_in_turn(readers: Mapping[str, Reader], found: Sequence[Path], rounds: int) -> dict[str, Record]:
    """All readers over all pictures, ``rounds`` times, after the first picture once for nothing. A reader that fails is
    left out from then on and its record says why."""
    records = {name: Record() for name in readers}
    for name, path, turn in _turns(list(readers), found, rounds):
        _tell_progress(name, path, turn)
        record = records[name]
        if record.failed:
            continue
        try:
            answer = readers[name].read(path)
        except ReaderFailed as error:
            record.failed = f"{path.name}: {error}"
            continue
        if turn >= 0:
            record.seconds[path.name, turn] = answer.seconds
            record.texts.setdefault(path.name, answer.text)
    for name, record in records.items():
        if not record.failed:
            record.peak_mb = readers[name].memory()["peak_mb"]
    return records


def _tell_progress(name: str, path: Path, turn: int) -> None:
    """On standard error, for who waits: the table is for standard output alone."""
    when = "warming up" if turn < 0 else f"round {turn + 1}"
    sys.stderr.write(f"{when:10}   {path.name:32}   {name}\n")
    sys.stderr.flush()


def _turns(names: list[str], found: Sequence[Path], rounds: int) -> Iterator[tuple[str, Path, int]]:
    yield from ((name, found[0], -1) for name in names)
    for turn in range(rounds):
        for number, path in enumerate(found):
            yield from ((name, path, turn) for name in order_of(names, number, turn))


def ratio(ours: Mapping[Turn, float], other: Mapping[Turn, float]) -> float:
    """Median over the turns that both have of the other's time by ours: 2 is half our speed. Raises ValueError where
    they have none in common."""
    shared = ours.keys() & other.keys()
    if not shared:
        raise ValueError("no turn in common")
    return median(other[turn] / ours[turn] for turn in shared)


def result_of(record: Record, ours: Record, truths: Mapping[str, str]) -> Result:
    """truths: by name of the picture, all of which the record has read."""
    words = WordScore()
    for name, truth in truths.items():
        words.add(truth, record.texts[name])
    seconds = list(record.seconds.values())
    return Result(
        median(seconds),
        len(seconds) / sum(seconds),
        ratio(ours.seconds, record.seconds),
        words.f1,
        fmean(character_error_rate(truth, record.texts[name]) for name, truth in truths.items()),
        record.peak_mb,
    )
