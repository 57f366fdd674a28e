"""``python -m bench ablation [FOLDER]``: our engine with all optimisations, and without each of them in turn.

The ratio is the gain of an optimisation: time without it divided by time with all. `threshold-…` are other uncertainty
thresholds of the cascade.
"""

import argparse
import sys
from functools import partial
from pathlib import Path

from bench.arguments import create_parser, run_on_images, subset_of
from bench.peers import compare, table
from paddleocr_service.runtimes import default_threads

ALL = "all optimisations"
OPTIMISATIONS = (
    "alphabet", "padding", "narrowing", "width-scale", "spaces", "streams", "pipelining", "cascade", "resolution",
    "size-estimate", "cropping", "tiles", "memory-release", "openvino", "kernel-cache", "threshold-0.06",
    "threshold-0.15",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    return run_on_images(options, "", partial(_run, options))


def _run(options: argparse.Namespace, images: list[Path]) -> int:
    """Measure all variants and print the results. Return the exit code."""
    settings = {ALL: _settings(options)}
    settings |= {_label(name): {**_settings(options), "without": name} for name in options.optimisations}
    results, failed = compare(settings, dict.fromkeys(settings, sys.executable), images, options.rounds)
    for line in table(results, "engine", "without / with"):
        sys.stdout.write(line + "\n")
    for name, reason in failed.items():
        sys.stdout.write(f"\n{name} could not be measured: {reason}\n")
    return 1 if ALL in failed else 0


def _settings(options: argparse.Namespace) -> dict:
    return {"reader": "ours", "threads": options.threads}


def _label(name: str) -> str:
    return name if name.startswith("threshold") else f"without {name}"


def _parser() -> argparse.ArgumentParser:
    parser = create_parser("ablation", "Measure the gain and cost of each optimisation.")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument(
        "--optimisations",
        type=subset_of(OPTIMISATIONS),
        default=OPTIMISATIONS,
        help=f"some of {','.join(OPTIMISATIONS)}",
    )
    return parser
