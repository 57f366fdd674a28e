"""``python -m bench tricks [FOLDER]``: our engine with all its tricks and without each, over the same pictures in turn.

The ratio is what the trick buys: time without it by time with all. `doubt-…` are other thresholds of the cascade.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from bench.arguments import over_pictures, parser_of, some_of
from bench.peers import compare, table
from paddleocr_service.runtimes import default_threads

ALL = "all tricks"
TRICKS = (
    "alphabet", "widths", "giving", "squeeze", "spaces", "streams", "lanes", "cascade", "resolution", "spots",
    "cutting", "tiles", "trim", "openvino", "kernels", "doubt-0.06", "doubt-0.15",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    return over_pictures(chosen, "", partial(_tell, chosen))


def _tell(chosen: argparse.Namespace, found: list[Path]) -> int:
    """Read the pictures and tell the results; returns the exit status."""
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
    parser = parser_of("tricks", "What each trick buys and costs.")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--tricks", type=some_of(TRICKS), default=TRICKS, help=f"some of {','.join(TRICKS)}")
    return parser
