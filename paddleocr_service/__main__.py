"""Command line: recognise the text of an image, list models, install languages and models.

python -m paddleocr_service receipt.jpg
python -m paddleocr_service receipt.jpg --json --lang de
python -m paddleocr_service models
python -m paddleocr_service install hi ta
python -m paddleocr_service install korean_PP-OCRv5_mobile_rec
"""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from . import Catalogue, EngineError, OCREngine, Recognition, RecognizeOptions
from .installer import LanguageInstaller, install, is_language
from .official_models import FAMILIES
from .recognisers.debian_packages import MIRROR, DebianMirror
from .results import AUTO, LAYOUTS, ORIENTATIONS
from .runtimes import RUNTIMES


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Return the exit code: 0, or 1 after a one-line message on stderr."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command = {"models": _models, "install": _install}.get(arguments[0] if arguments else "")
    try:
        return command(arguments[1:]) if command else _recognize(arguments)
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1


def _parser(usage: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m paddleocr_service {usage}".strip(), description=description)
    parser.add_argument("--runtime", choices=RUNTIMES, default="auto", help="inference runtime")
    return parser


def _recognize(arguments: list[str]) -> int:
    parser = _parser(
        "",
        "Recognise the text of an image. Also: 'models' lists models, 'install NAME' downloads a language or a model.",
    )
    parser.add_argument("image", help="JPEG, PNG, TIFF, BMP, WebP or GIF file")
    parser.add_argument("--json", action="store_true", help="print lines with polygons and confidences as JSON")
    parser.add_argument("--words", action="store_true", help="with --json: include a polygon for each word")
    parser.add_argument("--lang", default="en", help="language code, such as en, de, ch, japan")
    parser.add_argument("--orientation", choices=ORIENTATIONS, default=AUTO, help="auto: turn rotated pages upright")
    parser.add_argument("--layout", choices=LAYOUTS, default=AUTO, help="auto: find tables by a model and geometry")
    parser.add_argument("--model", default=FAMILIES[0], choices=FAMILIES, help="model family")
    parser.add_argument("--model-dir", help="model folder: MODEL_DIR/NAME/inference.onnx and inference.yml")
    parser.add_argument("--threads", type=int, help="number of threads; default: all cores")
    options = parser.parse_args(arguments)
    engine = OCREngine(
        model=options.model,
        runtime=options.runtime,
        threads=options.threads,
        lang=options.lang,
        model_dir=options.model_dir,
    )
    wanted = RecognizeOptions(words=options.words, orientation=options.orientation, layout=options.layout)
    page = engine.recognize(options.image, wanted)
    print(json.dumps(_as_json(page), ensure_ascii=False, indent=2) if options.json else page.text)
    return 0


def _as_json(page: Recognition) -> dict[str, Any]:
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
    parser = _parser("models", "List the official models, installed ones first.")
    parser.add_argument("--model-dir", help="model folder")
    options = parser.parse_args(arguments)
    catalogue = Catalogue(model_dir=options.model_dir, runtime=options.runtime)
    for name in catalogue.installed():
        print(f"{name}  installed")
    for name in catalogue.installable():
        print(f"{name}  python -m paddleocr_service install {name}")
    return 0


def _install(arguments: list[str]) -> int:
    parser = _parser("install", "Download languages or official models, from a model hub or a Debian mirror.")
    parser.add_argument("names", nargs="+", help="languages such as hi, 'all', or models such as PP-OCRv6_medium_rec")
    parser.add_argument("--model-dir", help="model folder; default for language data: the cache folder")
    parser.add_argument("--mirror", default=MIRROR, help="Debian mirror, default: %(default)s")
    options = parser.parse_args(arguments)
    for name in options.names:
        if not is_language(name):
            print(install(name, options.runtime))
    catalogue = Catalogue(model_dir=options.model_dir, runtime=options.runtime)
    installer = LanguageInstaller(catalogue, DebianMirror(options.mirror))
    for message in installer.install([name for name in options.names if is_language(name)]):
        print(message, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
