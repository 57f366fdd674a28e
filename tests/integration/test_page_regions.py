"""Text beside a text layer, read with the bundled model: outlines, images that no list names, small pictures."""

import math
import random

import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import OCREngine
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions
from tests.support.engine import PROSE
from tests.support.pdfs import pdf_of, write
from tests.support.regions import (
    add_form,
    add_inline_image,
    add_outlines,
    add_pattern,
    add_stamp,
    letters,
    png,
)

INVOICE = ["Invoice 90210 for Northern Lights Ltd", "3 x Garden bench 1,250.00", "Amount due 1,295.90"]
FOOTER = "Registered in England. Payment within 14 days to the account below."
LETTERHEAD = ["Nordic Timber Trading AB", "Org. no 556000-0000", "Storgatan 1, 111 22 Stockholm"]
STAMP = ["PAID 12 March 2024", "Cash desk 7"]
BOX = (300, 600, 480, 660)


@pytest.fixture(scope="module")
def service():
    return OCRService(OCREngine(lang="en"), 100_000_000)


@pytest.fixture
def read(service, tmp_path, monkeypatch):
    """`read(draw, rotation=0)`: the page, with the number of pictures that OCR read as `page["ocr_runs"]`."""

    def page_of(draw, rotation=0):
        runs = []
        recognize = service.read
        with monkeypatch.context() as patch:
            patch.setattr(service, "read", lambda *args, **how: runs.append(1) or recognize(*args, **how))
            path = tmp_path / "page.pdf"
            path.write_bytes(pdf_of(lambda page: (draw(page), page.set_rotation(rotation))))
            with service.open(path, "pdf", DocumentOptions("en", 300)) as document:
                return {**document.recognize(1), "ocr_runs": len(runs)}

    return page_of


def in_order(page, texts):
    """Whether each text is in the page once, in this order."""
    places = [page["text"].find(text) for text in texts]
    return -1 not in places and places == sorted(places) and all(page["text"].count(text) == 1 for text in texts)


def outlines(*lines, y=100, x=72, **how):
    return lambda page: add_outlines(page, lambda other: write(other, lines, x, y, **how))


def on_dark(page):
    page.draw_rect((60, 80, 400, 180), fill=(0.05, 0.1, 0.3), color=None)
    outlines(*INVOICE, color=(1, 1, 1))(page)


def on_hatching(page):
    for offset in range(0, 360, 9):
        page.draw_line((60 + offset, 80), (120 + offset, 180), color=(0.8, 0.8, 0.8), width=0.4)
    outlines(*INVOICE, size=12)(page)


@pytest.mark.parametrize(
    ("draw", "rotation"),
    [
        (outlines(*INVOICE, fontname="tiro"), 0),
        (outlines(*INVOICE, fontname="cour"), 0),
        (outlines(*INVOICE, size=7), 0),
        (on_dark, 0),
        (on_hatching, 0),
        (outlines(*INVOICE), 90),
    ],
    ids=["serif", "typewriter", "small print", "light on dark", "on hatching", "turned page"],
)
def test_outlined_text_is_read(read, draw, rotation):
    page = read(lambda page: (write(page, [FOOTER], y=780), draw(page)), rotation)
    assert page["source"] == "text_layer" and FOOTER in page["text"]
    assert in_order(page, INVOICE)


def test_outlined_amounts_stand_behind_their_labels(read):
    labels, amounts = ["Rent", "Electricity", "Water and waste"], ["1,120.00", "87.35", "41.08"]

    def draw(page):
        write(page, PROSE, y=80)
        write(page, labels, y=500, size=12)
        outlines(*amounts, x=380, y=500, size=12)(page)

    rows = read(draw)["text"].split("\n")
    assert [row for row in rows if row.startswith(tuple(labels))] == [
        f"{label} {amount}" for label, amount in zip(labels, amounts, strict=True)
    ]


@pytest.mark.parametrize("add", [add_inline_image, add_pattern, add_stamp, add_form])
def test_images_in_any_place_are_read(read, add):
    page = read(lambda page: (write(page, PROSE), add(page, letters(*STAMP, ink="#b01010"), BOX)))
    assert in_order(page, [PROSE[0], *STAMP])


def test_an_inline_image_on_a_turned_page_is_read(read):
    assert in_order(read(lambda page: (write(page, PROSE), add_inline_image(page, letters(*STAMP), BOX)), 90), STAMP)


def table():
    image = Image.new("RGB", (900, 300), "white")
    draw = ImageDraw.Draw(image)
    for row, cells in enumerate((("Size", "Price", "Stock"), ("Small", "4.50", "120"), ("Large", "9.95", "85"))):
        for column, text in enumerate(cells):
            draw.text((20 + 300 * column, 25 + 95 * row), text, "black", ImageFont.load_default(34))
    for edge in range(4):
        draw.line((5, 8 + 94 * edge, 895, 8 + 94 * edge), "black", 4)
        draw.line((5 + 296 * edge, 8, 5 + 296 * edge, 290), "black", 4)
    return png(image)


def with_logo():
    image = Image.new("RGB", (1000, 260), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 230, 230), "#c02020")
    for row, line in enumerate(LETTERHEAD):
        draw.text((260, 30 + 70 * row), line, "black", ImageFont.load_default(40))
    return png(image)


@pytest.mark.parametrize(
    ("picture", "box", "texts"),
    [
        (letters(*LETTERHEAD), (72, 20, 330, 80), LETTERHEAD),
        (with_logo(), (72, 20, 260, 70), LETTERHEAD),
        (letters("Customer number 4711-0815"), (72, 40, 260, 56), ["Customer number 4711-0815"]),
        (letters("Sale ends 4 May", ink="white", ground="#203050"), (72, 40, 142, 60), ["Sale ends 4 May"]),
        (table(), (72, 600, 342, 690), ["Size", "Price", "Stock", "Small", "4.50", "120", "Large", "9.95", "85"]),
    ],
    ids=["letterhead", "letterhead with a logo", "a line", "light on dark", "table"],
)
def test_small_pictures_on_a_full_page_are_read(read, picture, box, texts):
    def draw(page):
        write(page, list(PROSE) * 2, y=100, size=10)
        page.insert_image(box, stream=picture, keep_proportion=False)

    page = read(draw)
    assert in_order(page, texts) and page["warnings"] == []


def icons(page):
    for column in range(10):
        x = 72 + 45 * column
        page.draw_circle((x, 600), 9, fill=(0.2, 0.4, 0.7), color=None)
        page.draw_polyline([(x - 4, 604), (x, 594), (x + 4, 604)], color=(1, 1, 1))


def bullets(page):
    for row in range(20):
        page.draw_circle((60, 76 + 14 * row), 3, fill=(0.2, 0.4, 0.7))


def chart(page):
    for phase in range(3):
        points = [(80 + 8 * x, 600 + 60 * math.sin(x / 5 + phase)) for x in range(50)]
        page.draw_polyline(points)
        for point in points:
            page.draw_circle(point, 2, fill=(phase / 3, 0.2, 0.3))


def stars(page):
    for column in range(5):
        angles = [0.8 * math.pi * corner for corner in range(5)]
        points = [(80 + 14 * column + 5 * math.sin(angle), 600 - 5 * math.cos(angle)) for angle in angles]
        page.draw_polyline(points, closePath=True, fill=(1, 0.6, 0))


def map_like(page):
    chance = random.Random(1)
    for _ in range(400):
        x, y = 60 + 450 * chance.random(), 350 + 400 * chance.random()
        corners = [(x + 25 * chance.random(), y + 25 * chance.random()) for _ in range(5)]
        page.draw_polyline(corners, closePath=True, fill=(chance.random(), 0.7, 0.6))


def photograph(page):
    noise = Image.effect_noise((400, 300), 90).convert("RGB").resize((800, 600), Image.Resampling.BICUBIC)
    page.insert_image((72, 600, 250, 730), stream=png(noise))


def logo(page):
    image = Image.new("RGB", (300, 300), "white")
    ImageDraw.Draw(image).pieslice((20, 20, 280, 280), 30, 300, "#c02020")
    page.insert_image((500, 20, 540, 60), stream=png(image))


@pytest.mark.parametrize("draw", [icons, bullets, chart, stars, map_like, photograph, logo])
def test_drawings_and_photographs_cost_no_ocr(read, draw):
    page = read(lambda page: (write(page, PROSE), draw(page)))
    assert (page["ocr_runs"], page["warnings"]) == (0, [])
    assert {line["confidence"] for line in page["lines"]} == {1.0}


def test_a_chart_with_labels_in_an_image_is_a_warning(read):
    def draw(page):
        image = Image.new("RGB", (900, 600), "white")
        pen = ImageDraw.Draw(image)
        for phase in range(8):
            pen.line([(x, 270 + 200 * math.sin(x / 60 + phase)) for x in range(0, 900, 6)], "black", 4)
        pen.text((150, 550), "Percentage of time flow exceeded", "black", ImageFont.load_default(36))
        write(page, list(PROSE) * 2, size=10)
        page.insert_image((72, 640, 272, 780), stream=png(image))

    page = read(draw)
    ((code, box),) = [(warning["code"], warning["bbox"]) for warning in page["warnings"]]
    assert code == "unread_image"
    assert box[0] == pytest.approx([72 / 72 * 300, 640 / 72 * 300], abs=25)


def test_a_label_on_the_photograph_behind_a_cover_is_read(read):
    def draw(page):
        image = Image.radial_gradient("L").resize((1240, 1754)).convert("RGB")
        pen = ImageDraw.Draw(image)
        for phase in range(12):
            pen.line([(x, 900 + 60 * phase + 80 * math.sin(x / 90 + phase)) for x in range(200, 1040, 6)], "white", 5)
        pen.text((380, 70), "NORTHERN VOICES", "black", ImageFont.load_default(56))
        pen.text((460, 150), "a series by Harbour Press", "black", ImageFont.load_default(30))
        page.insert_image(page.rect, stream=png(image))
        write(page, ["The Power of Letters", "Essays"], y=640, size=30, color=(1, 1, 1))

    page = read(draw)
    assert in_order(page, ["NORTHERN VOICES", "a series by Harbour Press", "The Power of Letters"])
    assert page["warnings"] == []
