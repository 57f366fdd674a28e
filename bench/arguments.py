"""What every command of the bench that reads pictures is asked, and how it begins to tell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.machine import describe
from bench.ocr import SAMPLE, pictures


def parser_of(command: str, description: str) -> argparse.ArgumentParser:
    """With the folder of pictures, which of them, and how often they are read."""
    parser = argparse.ArgumentParser(prog=f"python -m bench {command}", description=description)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="pictures, each with a .txt of its truth")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="of the folder, such as 'multicol_*'")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--limit", type=int, help="read only so many pictures")
    return parser


def some_of(names: Sequence[str]) -> Callable[[str], list[str]]:
    """The type of an argument that names some of these, with commas between."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := [name for name in chosen if name not in names]:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(names)}")
        return chosen

    return parse


def begin(chosen: argparse.Namespace, more: str = "") -> list[Path]:
    """The pictures that were chosen, and the lines that name them and the machine; none where there are none."""
    found = pictures(chosen.folder, chosen.only)[: chosen.limit]
    if not found:
        sys.stderr.write(f"There is no picture with a .txt file beside it in {chosen.folder}.\n")
        return []
    sys.stdout.write(f"machine   {describe()}\n")
    sys.stdout.write(f"pictures  {len(found)} of {chosen.folder}, {chosen.rounds} rounds in turn{more}\n\n")
    sys.stdout.flush()
    return found
