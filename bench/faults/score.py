"""The inputs, and how much of one a text gets right."""

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.faults.expected import EXPECTED, Expected

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "faults"
_KIND = re.compile(r"^Kind: (K\d+) (.*)$", re.MULTILINE)
_OPTIONS = re.compile(r"options (\{.*\})$", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """An input. kind: "K04". title: what the kind is about. options: job options. truth: full text of a picture."""

    path: Path
    kind: str
    title: str
    options: dict[str, str]
    truth: str | None

    @property
    def is_pdf(self) -> bool:
        return self.path.suffix == ".pdf"


def find_faults(folder: Path = SAMPLE) -> list[Fault]:
    """All inputs of a folder, by kind. Each has a description `NAME.md`, and pictures a text `NAME.png.truth`."""
    return sorted(_faults(folder), key=lambda fault: (fault.kind, fault.path.name))


def _faults(folder: Path) -> Iterator[Fault]:
    for description in folder.glob("*.md"):
        text = description.read_text(encoding="utf-8")
        if kind := _KIND.search(text):
            options = _OPTIONS.search(text)
            (path,) = (found for found in folder.glob(f"{description.stem}.*") if found.suffix not in (".md", ".truth"))
            truth = path.with_name(f"{path.name}.truth")
            yield Fault(
                path,
                kind[1],
                kind[2],
                ast.literal_eval(options[1]) if options else {},
                truth.read_text(encoding="utf-8") if truth.is_file() else None,
            )


def score(fault: Fault, text: str, warnings: tuple[str, ...] = ()) -> float:
    """The share (0..1) of a truth's words that are in the text, or of the conditions that text and warnings meet."""
    if fault.truth is not None:
        return _recall(fault.truth, text)
    expected = EXPECTED[fault.path.name]
    return 1 - len(list(complaints(expected, text, warnings))) / expected.conditions


def complaints(expected: Expected, text: str, warnings: tuple[str, ...]) -> Iterator[str]:
    """What is wrong with a text and the codes of its warnings, one sentence each."""
    plain = " ".join(normalise(text).split())
    for phrase in expected.phrases:
        if normalise(phrase) not in plain:
            yield f"{phrase!r} is missing"
    for phrase in expected.once:
        if (count := plain.count(normalise(phrase))) != 1:
            yield f"{phrase!r} is there {count} times"
    for phrase in expected.absent:
        if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text):
            yield f"{phrase!r} is there"
    for code in expected.warnings:
        if code not in warnings:
            yield f"the warning {code} is missing"


def _recall(truth: str, text: str) -> float:
    expected, found = Counter(normalise(truth).split()), Counter(normalise(text).split())
    return (expected & found).total() / expected.total()


def normalise(text: str) -> str:
    """Unicode NFKC, and straight quotes and hyphens."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return plain


_PLAIN = str.maketrans("‐‑‒–—−‘’“”", "------''\"\"")
