"""Arguments of the command line that choose and configure the engine."""

from __future__ import annotations

import argparse

from .engine import OCREngine
from .official_models import FAMILIES
from .results import AUTO, LAYOUTS, ORIENTATIONS
from .runtimes import RUNTIMES

PROGRAM = "python -m paddleocr_service"
#: For the help text of reading, the command without a name.
OTHER_COMMANDS = "Also: 'models' lists models, 'install NAME' downloads a language or a model."


def parser_for(command: str, description: str) -> argparse.ArgumentParser:
    """command: the word after the program's name, or empty."""
    parser = argparse.ArgumentParser(prog=f"{PROGRAM} {command}".strip(), description=description)
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto", help="inference runtime")
    return parser


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `engine_of` reads, and the options of `recognize`."""
    parser.add_argument("--json", action="store_true", help="print lines with polygons and confidences as JSON")
    parser.add_argument("--detail", choices=["line", "word"], default="line", help="word: also find each word's place")
    parser.add_argument("--words", dest="detail", action="store_const", const="word", help="same as --detail word")
    parser.add_argument("--lang", default="en", help="language code, such as en, de, ch, japan, or hi+en, or auto")
    parser.add_argument("--orientation", choices=ORIENTATIONS, default=AUTO, help="auto: turn rotated pages upright")
    parser.add_argument("--layout", choices=LAYOUTS, default=AUTO, help="auto: find tables by a model and geometry")
    parser.add_argument("--model", default=FAMILIES[0], choices=FAMILIES, help="model family")
    parser.add_argument("--model-dir", help="model folder: MODEL_DIR/NAME/inference.onnx and inference.yml")
    parser.add_argument("--threads", type=int, help="number of threads; default: all cores")


def engine_of(given: argparse.Namespace) -> OCREngine:
    """Raises EngineError."""
    return OCREngine(
        model=given.model, runtime=given.runtime, threads=given.threads, lang=given.lang, model_dir=given.model_dir
    )
