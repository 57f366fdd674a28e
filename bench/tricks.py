"""``python -m bench tricks [FOLDER]``: our engine with all its tricks and without each, over the same pictures in turn.

The ratio is what the trick buys: time without it by time with all. `doubt-…` are other thresholds of the cascade.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.machine import describe
from bench.ocr import SAMPLE, pictures
from bench.peers import compare, table
from paddleocr_service.runtimes import default_threads

ALL = "all tricks"
TRICKS = (
    "alphabet", "widths", "streams", "cascade", "resolution", "openvino", "kernels", "doubt-0.03", "doubt-0.10",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    found = pictures(chosen.folder, chosen.only)[: chosen.limit]
    if not found:
        sys.stderr.write(f"There is no picture with a .txt file beside it in {chosen.folder}.\n")
        return 2
    sys.stdout.write(f"machine   {describe()}\n")
    sys.stdout.write(f"pictures  {len(found)} of {chosen.folder}, {chosen.rounds} rounds in turn\n\n")
    sys.stdout.flush()
    settings = {ALL: _settings(chosen)}
    settings |= {_title(trick): {**_settings(chosen), "without": trick} for trick in chosen.tricks}
    results, failed = compare(settings, dict.fromkeys(settings, sys.executable), found, chosen.rounds)
    for line in table(results, "engine", "without / with"):
        sys.stdout.write(line + "\n")
    for name, reason in failed.items():
        sys.stdout.write(f"\n{name} could not be measured: {reason}\n")
    return 1 if ALL in failed else 0


def _settings(chosen: argparse.Namespace) -> dict:
    return {"reader": "ours", "threads": chosen.threads}


def _title(trick: str) -> str:
    return trick if trick.startswith("doubt") else f"without {trick}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench tricks", description="What each trick buys and costs.")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="pictures, each with a .txt of its truth")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="of the folder, such as 'multicol_*'")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--limit", type=int, help="read only so many pictures")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--tricks", type=_names, default=TRICKS, help=f"some of {','.join(TRICKS)}")
    return parser


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in TRICKS]:
        raise argparse.ArgumentTypeError(f"no trick {', '.join(unknown)}; there are {', '.join(TRICKS)}")
    return names
