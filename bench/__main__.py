"""``python -m bench [ocr] [FOLDER]``: recognise the images of a folder and print speed and accuracy.

The expected text of an image is a text file of the same name (``receipt.jpg``, ``receipt.txt``). The default folder has
the sample receipts (``../shared/data/receipts``). For other benchmarks, replace ``ocr`` by a name in ``COMMANDS``.
"""

import argparse
import sys
from pathlib import Path

from bench.ablation import main as run_ablation
from bench.alpha_pictures import main as run_alpha_pictures
from bench.confined import main as run_confined
from bench.differential import main as run_differential
from bench.documents import main as run_documents
from bench.faults.__main__ import main as run_faults
from bench.faults.drawn import main as run_drawn_faults
from bench.formats import main as run_formats
from bench.in_turn import main as run_in_turn
from bench.languages import main as run_languages
from bench.machine import describe
from bench.memory import main as run_memory
from bench.ocr import SAMPLE, Score, find_images, measure
from bench.orientation.__main__ import main as run_orientation
from bench.pdf_text.__main__ import main as run_pdf_text
from bench.peers import main as run_peers
from bench.script_classifier import main as run_script_classifier
from bench.searchable_pdf.__main__ import main as run_searchable_pdf
from bench.split import main as run_split
from bench.structure import main as run_structure
from bench.tables.__main__ import main as run_tables
from paddleocr_service import EngineError, OCREngine
from paddleocr_service.official_models import FAMILIES
from paddleocr_service.runtimes import RUNTIMES

COMMANDS = {
    "alpha_pictures": run_alpha_pictures,
    "confined": run_confined,
    "differential": run_differential,
    "documents": run_documents,
    "drawn_faults": run_drawn_faults,
    "faults": run_faults,
    "formats": run_formats,
    "in_turn": run_in_turn,
    "languages": run_languages,
    "orientation": run_orientation,
    "peers": run_peers,
    "ablation": run_ablation,
    "searchable_pdf": run_searchable_pdf,
    "split": run_split,
    "structure": run_structure,
    "tables": run_tables,
    "memory": run_memory,
    "pdf_text": run_pdf_text,
    "script_classifier": run_script_classifier,
}


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0, 1 if the engine fails, 2 if there are no images."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in COMMANDS:
        return COMMANDS[arguments[0]](arguments[1:])
    options = _parser().parse_args(arguments[1:] if arguments[:1] == ["ocr"] else arguments)
    images = find_images(options.folder, options.only)[: options.limit]
    if not images:
        print(f"No image with a .txt file found in {options.folder}.", file=sys.stderr)
        return 2
    try:
        engine = OCREngine(model=options.model, runtime=options.runtime, threads=options.threads, lang=options.lang)
        info = engine.warm_up()
        print(f"machine   {describe()}")
        print(f"engine    {info.name} on {info.runtime}: {', '.join(info.models)}")
        _print_score(measure(engine, images, report=_print_image if options.verbose else None))
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Recognise the images of a folder and print speed and accuracy."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="images, each with a .txt file")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="file name pattern, such as 'multicol_*'")
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto")
    parser.add_argument("--model", choices=FAMILIES, default=FAMILIES[0])
    parser.add_argument("--lang", default="en")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--limit", type=int, help="maximum number of images")
    parser.add_argument("-v", "--verbose", action="store_true", help="print a line for each image")
    return parser


def _print_image(name: str, seconds: float, f1: float, cer: float) -> None:
    print(f"          {name:32} {seconds:7.2f} s   words {f1:.3f}   characters wrong {cer:.3f}")


def _print_score(score: Score) -> None:
    print(f"images    {score.images}")
    print(f"seconds   {score.seconds:.2f} per image (median); {score.cpu_seconds:.2f} of CPU time (mean)")
    print(f"words     {score.f1:.4f} F1, in any order")
    print(f"errors    {score.cer:.4f} character error rate, order counts (mean over the images)")
    print(f"memory    {score.peak_mb} MB at the peak")


if __name__ == "__main__":
    sys.exit(main())
