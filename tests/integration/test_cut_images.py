"""Images that show letters only because a path cuts them, read beside a text layer with the bundled model."""

import numpy as np
import pytest
from PIL import Image

from paddleocr_service import OCREngine
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions
from tests.support.engine import PROSE
from tests.support.pdfs import pdf_of, write
from tests.support.regions import add_cut_image, letter_path, png

LINES = ["Summer sale 2024", "Up to 70 percent off"]
#: More than a tenth of the page.
BOX = (60, 90, 540, 330)


def path(*lines, y=160, size=40, **how):
    return letter_path(lambda page: write(page, lines, 72, y, size=size, **how))


def plain(colour="navy"):
    return Image.new("RGB", (400, 200), colour)


def shade(dark=20, light=90):
    ramp = np.linspace(dark, light, 400).astype(np.uint8)
    return Image.fromarray(np.repeat(ramp[None], 200, axis=0)).convert("RGB")


def texture():
    return Image.fromarray(np.random.default_rng(1).integers(0, 70, (200, 400, 3), np.uint8))


CASES = {
    "plain colour": (plain(), [path(*LINES) + b" W n"]),
    "even-odd rule": (plain("darkred"), [path(*LINES) + b" W* n"]),
    "shade": (shade(), [path(*LINES) + b" W n"]),
    "texture": (texture(), [path(*LINES) + b" W n"]),
    "grey": (plain("black").convert("L"), [path(*LINES, fontname="tiro") + b" W n"]),
    "one clip for each line": (
        plain("black"),
        [path(LINES[0]) + b" W n", path(LINES[1], y=220) + b" W n"],
    ),
    "inside a rectangle": (plain(), [b"60 500 480 300 re W n " + path(*LINES, fontname="hebo") + b" W n"]),
}


@pytest.fixture(scope="module")
def service():
    return OCRService(OCREngine(lang="en"), 100_000_000)


def read(service, folder, draw):
    file = folder / "page.pdf"
    file.write_bytes(pdf_of(draw))
    with service.open(file, "pdf", DocumentOptions("en", 300)) as document:
        return document.recognize(1)


@pytest.mark.parametrize("name", CASES)
def test_letters_cut_out_of_an_image_are_read(service, tmp_path, name):
    picture, clips = CASES[name]

    def draw(page):
        add_cut_image(page, png(picture), BOX, *clips)
        write(page, PROSE, y=400)

    page = read(service, tmp_path, draw)
    words = page["text"].split()
    assert all(word in words for line in LINES for word in line.split()), page["text"]
    assert all(line in page["text"] for line in PROSE)


def test_a_photograph_with_round_corners_stays_a_picture(service, tmp_path):
    rounded = b"80 520 m 520 520 l 530 520 540 530 540 540 c 540 750 l 60 750 l 60 540 l 60 530 70 520 80 520 c h W n"

    def draw(page):
        add_cut_image(page, png(texture()), BOX, rounded)
        write(page, PROSE, y=400)

    assert read(service, tmp_path, draw)["text"].split() == " ".join(PROSE).split()
