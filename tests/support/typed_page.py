"""Pages of paragraphs at given positions, and their typed regions."""

import random

from paddleocr_service.layout.regions import join_drop_caps, typed_regions
from paddleocr_service.reading_order import reading_order
from tests.support.synthetic_page import line_at

WIDTH, HEIGHT = 1000, 1400
SENTENCE = "The harbour master wrote down every ship that came in with its cargo and the name of its captain"
CHARACTER = 9.0


def text_line(text, x, y, height=20, width=None):
    return line_at(x, y, width or len(text) * CHARACTER * height / 20, height, text)


def paragraph(x, y, rows, columns=60, start="The harbour"):
    """Full lines of text, the last one short and the end of a sentence."""
    words = " ".join([start, *([SENTENCE.lower()] * 20)])
    lines = []
    for row in range(rows):
        cut = words.rfind(" ", 0, columns)
        text, words = words[:cut], words[cut + 1 :]
        last = row == rows - 1
        text = text[:20] + "." if last else text
        lines.append(text_line(text, x, y + 26 * row, width=None if last else columns * CHARACTER))
    return lines


def regions(*lines, lang="en", joined=False):
    page = list(lines)
    random.Random(1).shuffle(page)
    page = join_drop_caps(page) if joined else page
    return typed_regions(reading_order(page, WIDTH, HEIGHT), WIDTH, HEIGHT, lang)


def kinds(found):
    return [block.kind for block in found]


BODY = paragraph(100, 300, 10)
