"""Pages without text: blank ones, and those that get a warning."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import EngineInfo, NullEngine, Recognition
from services.ocr_service.document import OCRService
from services.ocr_service.ink import has_ink
from services.ocr_service.options import DocumentOptions
from tests.support.pdfs import pdf_of, scan, write

A4 = (1654, 2339)
NOISE = np.random.default_rng(0)


def paper(size=A4, colour=255):
    return Image.new("RGB", size, (colour,) * 3)


def noisy():
    pixels = np.asarray(paper(colour=235)).astype(float)
    return Image.fromarray(np.clip(pixels + NOISE.normal(0, 8, pixels.shape), 0, 255).astype(np.uint8))


def dusty():
    image = paper()
    for x, y in zip(NOISE.integers(0, 1650, 200), NOISE.integers(0, 2330, 200), strict=True):
        ImageDraw.Draw(image).rectangle((x, y, x + 2, y + 2), fill=(60,) * 3)
    return image


def framed(width):
    image = paper()
    ImageDraw.Draw(image).rectangle((80, 80, 1574, 2259), outline="black", width=width)
    return image


def shadowed():
    pixels = np.array(paper())
    pixels[:, :60] = np.linspace(0, 255, 60)[None, :, None]
    pixels[-40:] = 30
    return Image.fromarray(pixels)


def gradient():
    return Image.fromarray(np.repeat(np.linspace(255, 120, 2339)[:, None, None], 1654, 1).repeat(3, 2).astype(np.uint8))


def written(text, size, height, colour="black"):
    image = paper(size)
    ImageDraw.Draw(image).text((size[0] / 10, size[1] / 10), text, fill=colour, font=ImageFont.load_default(height))
    return image


def scribble():
    image = paper()
    points = [(300 + x, 800 + 120 * np.sin(x / 25)) for x in range(0, 900, 3)]
    ImageDraw.Draw(image).line([(float(x), float(y)) for x, y in points], fill="black", width=5)
    return image


BLANK = [paper(), paper(colour=0), paper(colour=120), noisy(), dusty(), framed(2), framed(20), shadowed(), gradient()]
INK = [
    written("Hello world", A4, 30),
    written("\n".join(["A paragraph of small print that goes on"] * 5), A4, 18),
    written("In pale grey on white", A4, 40, (170, 170, 170)),
    written("Total", (120, 36), 20),
    written("A narrow receipt\n" * 20, (800, 8000), 30),
    scribble(),
]  # fmt: skip


@pytest.mark.parametrize("image", BLANK)
def test_blank_page(image):
    assert not has_ink(np.asarray(image))


@pytest.mark.parametrize("image", INK)
def test_page_with_ink(image):
    assert has_ink(np.asarray(image))


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (900, 2)])
def test_tiny_image_is_blank(size):
    assert not has_ink(np.asarray(paper(size)))


class FindsNothing(NullEngine):
    def recognize(self, image, options=None):
        height, width = image.shape[:2]
        return Recognition(width, height, (), "", "en", EngineInfo("FakeEngine", "none", ()))


@pytest.fixture
def codes(tmp_path):
    """`codes(data, kind, option=value)`: the codes of the warnings of the first page, if the engine finds nothing."""

    def read(data, kind, **options):
        path = tmp_path / "file"
        data.save(path, "PNG") if kind == "image" else path.write_bytes(data)
        chosen = DocumentOptions(**{"lang": "en", "dpi": 150, **options})
        with OCRService(FindsNothing(), 10**8).open(path, kind, chosen) as document:
            return [warning["code"] for warning in document.recognize(1)["warnings"]]

    return read


@pytest.mark.parametrize(("image", "expected"), [(INK[0], ["no_text_found"]), (BLANK[0], [])])
def test_picture(codes, image, expected):
    assert codes(image, "image") == expected


@pytest.mark.parametrize("mode", ["auto", "ocr", "text"])
def test_scan(codes, mode):
    assert codes(pdf_of(lambda page: scan(page, "A line of text", "and another one")), "pdf", mode=mode) == [
        "no_text_found"
    ]


@pytest.mark.parametrize("mode", ["auto", "ocr", "text"])
def test_page_without_content(codes, mode):
    assert codes(pdf_of(lambda page: None), "pdf", mode=mode) == []


def test_page_with_a_layer_has_text(codes):
    assert codes(pdf_of(lambda page: write(page, ["Text"])), "pdf", mode="text") == []
