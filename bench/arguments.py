"""What every command of the bench that reads pictures is asked, and how it begins to tell."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.dense import draw_pictures
from bench.machine import describe
from bench.ocr import SAMPLE, pictures


def parser_of(command: str, description: str) -> argparse.ArgumentParser:
    """With the folder of pictures, which of them, and how often they are read."""
    parser = argparse.ArgumentParser(prog=f"python -m bench {command}", description=description)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="pictures, each with a .txt of its truth")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="of the folder, such as 'multicol_*'")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--limit", type=int, help="read only so many pictures")
    parser.add_argument("--dense", type=int, metavar="N", help="draw so many dense A4 pages of 300 dpi and read these")
    return parser


def some_of(names: Sequence[str]) -> Callable[[str], list[str]]:
    """The type of an argument that names some of these, with commas between."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := [name for name in chosen if name not in names]:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(names)}")
        return chosen

    return parse


def over_pictures(chosen: argparse.Namespace, told_of: str, measure: Callable[[list[Path]], int]) -> int:
    """The exit status of ``measure`` for the pictures that were chosen, or drawn; 2 where there are none.

    told_of: what else the lines say that name the machine and the pictures.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as drawn:
        if chosen.dense:
            draw_pictures(Path(drawn), chosen.dense)
        found = pictures(Path(drawn) if chosen.dense else chosen.folder, chosen.only)[: chosen.limit]
        if not found:
            sys.stderr.write(f"There is no picture with a .txt file beside it in {chosen.folder}.\n")
            return 2
        where = "dense pages, drawn" if chosen.dense else f"of {chosen.folder}"
        sys.stdout.write(f"machine   {describe()}\n")
        sys.stdout.write(f"pictures  {len(found)} {where}, {chosen.rounds} rounds in turn{told_of}\n\n")
        sys.stdout.flush()
        return measure(found)
