"""Command line: read images and PDFs, list models, install languages and models.

python -m paddleocr_service receipt.jpg
python -m paddleocr_service receipt.jpg --json --lang de
python -m paddleocr_service scan.pdf --format pdf -o searchable.pdf
python -m paddleocr_service scans/ --format markdown -o texts/
python -m paddleocr_service models
python -m paddleocr_service install hi ta
python -m paddleocr_service install korean_PP-OCRv5_mobile_rec
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from . import Catalogue, EngineError, Recognition, RecognizeOptions
from .documents import extension
from .engine_arguments import OTHER_COMMANDS, PROGRAM, add_engine_arguments, engine_of, parser_for
from .errors import ExtensionMissing
from .installer import LanguageInstaller, install, is_language
from .recognisers.debian_packages import MIRROR, DebianMirror


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Return the exit code: 0, or 1 after a one-line message on stderr."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command = {"models": _models, "install": _install}.get(arguments[0] if arguments else "")
    try:
        return command(arguments[1:]) if command else _documents(arguments)
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1


def _documents(arguments: list[str]) -> int:
    try:
        documents = extension()
    except ExtensionMissing:
        return _recognize(arguments)
    code: int = documents.main(arguments)
    return code


def _recognize(arguments: list[str]) -> int:
    """Read one image: what is possible without the extension."""
    parser = parser_for("", f"Recognise the text of an image. {OTHER_COMMANDS}")
    parser.add_argument("image", help="JPEG, PNG, TIFF, BMP, WebP or GIF file")
    add_engine_arguments(parser)
    given = parser.parse_args(arguments)
    wanted = RecognizeOptions(words=given.detail == "word", orientation=given.orientation, layout=given.layout)
    page = engine_of(given).recognize(given.image, wanted)
    print(json.dumps(_as_json(page), ensure_ascii=False, indent=2) if given.json else page.text)
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
    parser = parser_for("models", "List the official models, installed ones first.")
    parser.add_argument("--model-dir", help="model folder")
    options = parser.parse_args(arguments)
    catalogue = Catalogue(model_dir=options.model_dir, runtime=options.runtime)
    for name in catalogue.installed():
        print(f"{name}  installed")
    for name in catalogue.installable():
        print(f"{name}  {PROGRAM} install {name}")
    return 0


def _install(arguments: list[str]) -> int:
    parser = parser_for("install", "Download languages or official models, from a model hub or a Debian mirror.")
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
