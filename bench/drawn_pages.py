"""Pages whose reading order is known, as images: each kind several times, and some of them skewed."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from PIL import Image

from bench.drawn_columns import COLUMNS
from bench.drawn_layouts import LAYOUTS
from bench.drawn_stories import STORIES

_DPI = (150, 170, 200)
_SKEW = (0.0, 0.0, 1.2, -1.8, 0.0, 0.7)  # degrees, of layouts and stories
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_SHORTEST, _LONGEST = 30, 260  # characters of a sentence

KINDS = {**COLUMNS, **LAYOUTS, **STORIES}


def draw_pages(
    books: Path, count: int, kinds: Collection[str] = tuple(KINDS)
) -> Iterator[tuple[str, int, Image.Image, str]]:
    """Yield kind, seed, image and text of pages of each kind. books: folder of texts, whose sentences are used."""
    sentences = _sentences(books)
    for kind in kinds:
        draw = KINDS[kind]
        for seed in range(count):
            sheet = draw(random.Random(f"{kind} {seed}"), sentences)
            image = sheet.image(_DPI[seed % len(_DPI)])
            skew = 0.0 if kind in COLUMNS else _SKEW[seed % len(_SKEW)]
            if skew:
                image = image.rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255))
            yield kind, seed, image, "\n".join(sheet.lines)


def _sentences(books: Path) -> list[str]:
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted(books.glob("*.txt")))
    text = " ".join(text.split()).encode("latin-1", "ignore").decode("latin-1")  # what the base 14 fonts have
    return [part for part in _SENTENCE.split(text) if _SHORTEST < len(part) < _LONGEST and part[0].isupper()]
