"""``python -m bench confined [FOLDER]``: what it costs that a confined child parses the images.

Each image is read within the process and through the child, in turn, so that other load affects both alike. With
``--null`` no engine reads them, and only the parsing and the way through the child are left.
"""

import argparse
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

from bench.arguments import create_parser, run_on_images
from paddleocr_service import NullEngine, OCREngine
from services.document_process.service import ConfinedOCRService
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

MAX_PIXELS = 100_000_000
OPTIONS = DocumentOptions("en", 300)
#: Images that are read before the first one is measured.
WARM_UP = 2


def main(arguments: list[str]) -> int:
    parser = create_parser("confined", "Compare reading through a confined child with reading within the process.")
    parser.add_argument("--null", action="store_true", help="without an engine")
    options = parser.parse_args(arguments)
    return run_on_images(options, "", partial(_run, options))


def _run(options: argparse.Namespace, images: list[Path]) -> int:
    engine: OCREngine | NullEngine = NullEngine() if options.null else OCREngine(threads=1)
    engine.warm_up("en")
    plain, confined = OCRService(engine, MAX_PIXELS), ConfinedOCRService(engine, MAX_PIXELS)
    confined.prepare()
    for service in (plain, confined):
        for image in images[:WARM_UP]:
            _seconds(service, image)
    pairs = [
        _pair(plain, confined, image, (index + turn) % 2 == 0)
        for turn in range(options.rounds)
        for index, image in enumerate(images)
    ]
    confined.close()
    within, through = (sum(column) for column in zip(*pairs, strict=True))
    sys.stdout.write(
        f"within the process   {1000 * median(one for one, _ in pairs):.1f} ms (median)\n"
        f"through the child    {1000 * median(two for _, two in pairs):.1f} ms\n"
        f"difference           {1000 * median(two - one for one, two in pairs):.2f} ms (median of the pairs)\n"
        f"ratio                {median(two / one for one, two in pairs):.3f} (median), {through / within:.3f} (all)\n"
    )
    return 0


def _pair(plain: OCRService, confined: OCRService, image: Path, plain_first: bool) -> tuple[float, float]:
    """Seconds of both, measured in this order."""
    if plain_first:
        return _seconds(plain, image), _seconds(confined, image)
    second = _seconds(confined, image)
    return _seconds(plain, image), second


def _seconds(service: OCRService, image: Path) -> float:
    started = time.perf_counter()
    with service.open(image, "image", OPTIONS) as document:
        document.recognize(1)
    return time.perf_counter() - started
