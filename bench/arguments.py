"""Arguments and setup shared by the benchmarks that recognise images."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.dense import draw_images
from bench.machine import describe
from bench.ocr import SAMPLE, find_images


def create_parser(command: str, description: str) -> argparse.ArgumentParser:
    """Create a parser with arguments for the images and the number of rounds."""
    parser = argparse.ArgumentParser(prog=f"python -m bench {command}", description=description)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="images, each with a .txt file")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="file name pattern, such as 'multicol_*'")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--limit", type=int, help="maximum number of images")
    parser.add_argument("--dense", type=int, metavar="N", help="use N generated dense A4 pages at 300 dpi instead")
    return parser


def subset_of(names: Sequence[str]) -> Callable[[str], list[str]]:
    """Return the type of an argument with some of these names, separated by commas."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        if unknown := [name for name in chosen if name not in names]:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; use {', '.join(names)}")
        return chosen

    return parse


def run_on_images(options: argparse.Namespace, note: str, measure: Callable[[list[Path]], int]) -> int:
    """Call ``measure`` with the chosen or generated images. Return its exit code; 2 if there are no images.

    note: added to the header line about the images.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as generated:
        if options.dense:
            draw_images(Path(generated), options.dense)
        folder = Path(generated) if options.dense else options.folder
        images = find_images(folder, options.only)[: options.limit]
        if not images:
            sys.stderr.write(f"No image with a .txt file found in {options.folder}.\n")
            return 2
        source = "generated dense pages" if options.dense else f"of {options.folder}"
        sys.stdout.write(f"machine   {describe()}\n")
        sys.stdout.write(f"images    {len(images)} {source}, {options.rounds} rounds{note}\n\n")
        sys.stdout.flush()
        return measure(images)
