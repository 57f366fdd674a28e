"""Measure several readers in turn: all of them recognise an image before the next image begins.

Any other load on the machine then affects all readers alike. Each (image, round) gives a pair of times, whose ratio is
meaningful even if the seconds are not.
"""

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median

from bench.metrics import WordScore, character_error_rate
from bench.readers.process import Reader, ReaderFailed

#: (name of the image, number of the round).
Turn = tuple[str, int]


@dataclass
class Record:
    """Measurements of one reader. seconds: by turn; texts: of each image in the first round."""

    seconds: dict[Turn, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    peak_mb: int = 0
    failed: str = ""


@dataclass(frozen=True)
class Result:
    """seconds: median per image; ratio: see ``ratio``; f1: word F1; cer: mean character error rate."""

    seconds: float
    images_per_second: float
    ratio: float
    f1: float
    cer: float
    peak_mb: int


def order_of(names: Sequence[str], image: int, round_number: int) -> list[str]:
    """Return the names in a random but reproducible order, different for each image and round.

    A reader is slower after one that evicted the processor's caches, so no reader may always follow the same one.
    """
    shuffled = list(names)
    random.Random(f"{image} {round_number}").shuffle(shuffled)
    return shuffled


def read_in_turn(readers: Mapping[str, Reader], images: Sequence[Path], rounds: int) -> dict[str, Record]:
    """Measure all readers on all images, ``rounds`` times, after a warm-up with the first image.

    A reader that fails is skipped from then on; its record contains the reason.
    """
    records = {name: Record() for name in readers}
    for name, path, round_number in _turns(list(readers), images, rounds):
        _print_progress(name, path, round_number)
        record = records[name]
        if record.failed:
            continue
        try:
            answer = readers[name].read(path)
        except ReaderFailed as error:
            record.failed = f"{path.name}: {error}"
            continue
        if round_number >= 0:
            record.seconds[path.name, round_number] = answer.seconds
            record.texts.setdefault(path.name, answer.text)
    for name, record in records.items():
        if not record.failed:
            record.peak_mb = readers[name].memory()["peak_mb"]
    return records


def _print_progress(name: str, path: Path, round_number: int) -> None:
    """Print to stderr; stdout contains the table only."""
    stage = "warm-up" if round_number < 0 else f"round {round_number + 1}"
    sys.stderr.write(f"{stage:10}   {path.name:32}   {name}\n")
    sys.stderr.flush()


def _turns(names: list[str], images: Sequence[Path], rounds: int) -> Iterator[tuple[str, Path, int]]:
    """Yield (name, image, round); the warm-up is round -1."""
    yield from ((name, images[0], -1) for name in names)
    for round_number in range(rounds):
        for number, path in enumerate(images):
            yield from ((name, path, round_number) for name in order_of(names, number, round_number))


def ratio(reference: Mapping[Turn, float], other: Mapping[Turn, float]) -> float:
    """Return the median of other / reference over their common turns: 2 means half the speed of the reference.

    Raises ValueError if there are no common turns.
    """
    shared = reference.keys() & other.keys()
    if not shared:
        raise ValueError("no common turn")
    return median(other[turn] / reference[turn] for turn in shared)


def result_of(record: Record, reference: Record, truths: Mapping[str, str]) -> Result:
    """Summarise a record. truths: expected texts by name of the image; the record contains all these images."""
    words = WordScore()
    for name, truth in truths.items():
        words.add(truth, record.texts[name])
    seconds = list(record.seconds.values())
    return Result(
        median(seconds),
        len(seconds) / sum(seconds),
        ratio(reference.seconds, record.seconds),
        words.f1,
        fmean(character_error_rate(truth, record.texts[name]) for name, truth in truths.items()),
        record.peak_mb,
    )
