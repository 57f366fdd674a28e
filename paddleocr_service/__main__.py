"""``python -m paddleocr_service IMAGE``: read a picture from the command line; list and install models.

python -m paddleocr_service receipt.jpg
python -m paddleocr_service receipt.jpg --json --lang de
python -m paddleocr_service models
python -m paddleocr_service install korean_PP-OCRv5_mobile_rec
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from . import Catalogue, EngineError, OCREngine, RecognizeOptions
from .installer import install
from .official_models import FAMILIES
from .results import AUTO, ORIENTATIONS
from .runtimes import RUNTIMES


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, or 1 with one plain sentence on stderr."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command = {"models": _models, "install": _install}.get(arguments[0] if arguments else "")
    try:
        return command(arguments[1:]) if command else _read(arguments)
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1


def _parser(usage: str, doc: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m paddleocr_service {usage}".strip(), description=doc)
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto", help="what runs the networks")
    return parser


def _read(arguments: list[str]) -> int:
    parser = _parser("", "Read a picture. Also: 'models' lists models, 'install NAME' fetches one.")
    parser.add_argument("image", help="a JPEG, PNG, TIFF, BMP, WebP or GIF file")
    parser.add_argument("--json", action="store_true", help="lines with polygons and confidences instead of text")
    parser.add_argument("--words", action="store_true", help="with --json: also a polygon for each word")
    parser.add_argument("--lang", default="en", help="language code, such as en, de, ch, japan")
    parser.add_argument("--orientation", choices=ORIENTATIONS, default=AUTO, help="right pages that lie, or do not")
    parser.add_argument("--model", default=FAMILIES[0], choices=FAMILIES, help="model family")
    parser.add_argument("--model-dir", help="folder of models: MODEL_DIR/NAME/inference.onnx and inference.yml")
    parser.add_argument("--threads", type=int, help="threads to read with; default: all cores")
    chosen = parser.parse_args(arguments)
    engine = OCREngine(
        model=chosen.model,
        runtime=chosen.runtime,
        threads=chosen.threads,
        lang=chosen.lang,
        model_dir=chosen.model_dir,
    )
    page = engine.recognize(chosen.image, RecognizeOptions(words=chosen.words, orientation=chosen.orientation))
    print(json.dumps(_as_json(page), ensure_ascii=False, indent=2) if chosen.json else page.text)
    return 0


def _as_json(page) -> dict:
    lines = [asdict(line) for line in page.lines]
    for item in [*lines, *(word for line in lines for word in line["words"])]:
        item["bbox"] = item.pop("polygon")
    if not any(line["words"] for line in lines):
        for line in lines:
            del line["words"]
    return {
        "text": page.text,
        "lines": lines,
        "width": page.width,
        "height": page.height,
        "orientation": page.orientation,
        "lang": page.lang,
        "engine": asdict(page.engine),
    }


def _models(arguments: list[str]) -> int:
    parser = _parser("models", "List the official models, those on this machine first.")
    parser.add_argument("--model-dir", help="folder of models")
    chosen = parser.parse_args(arguments)
    catalogue = Catalogue(model_dir=chosen.model_dir, runtime=chosen.runtime)
    for name in catalogue.installed():
        print(f"{name}  installed")
    for name in catalogue.installable():
        print(f"{name}  python -m paddleocr_service install {name}")
    return 0


def _install(arguments: list[str]) -> int:
    parser = _parser("install", "Fetch an official model with PaddleX's own download.")
    parser.add_argument("name", help="such as korean_PP-OCRv5_mobile_rec")
    chosen = parser.parse_args(arguments)
    print(install(chosen.name, chosen.runtime))
    return 0


if __name__ == "__main__":
    sys.exit(main())
