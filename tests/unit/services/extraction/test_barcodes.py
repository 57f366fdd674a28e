"""Barcodes: drawn at two to four pixels per module, at any angle, slightly blurred."""

import base64
import random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from services.extraction.barcodes import find_barcodes
from tests.support.barcodes import drawn

#: Degrees that no axis is near, and those that scanners produce.
ANGLES = (0, 7, 33, 45, 78, 90, 123, 180, 251, 270, 304)
TEXTS = {
    "QRCode": "https://example.org/item/17",
    "DataMatrix": "LOT 17 / 2026-01",
    "Aztec": "TICKET 4711",
    "Code128": "PKG-0017-AB",
    "EAN13": "4006381333931",
    "PDF417": "PERMIT 17 OF 2026",
}


def found(picture):
    return [(each.extra["symbology"], each.number) for each in find_barcodes(picture, 1)]


@pytest.mark.parametrize("symbology", TEXTS)
def test_code_is_read_at_any_angle(symbology):
    pictures = [drawn(symbology, TEXTS[symbology], angle, module) for angle in ANGLES for module in (2, 2.5, 3, 4)]
    read = [found(picture) == [(symbology, TEXTS[symbology])] for picture in pictures]
    assert sum(read) >= 0.95 * len(read)


@pytest.mark.parametrize("symbology", TEXTS)
@pytest.mark.parametrize("angle", [0, 33, 90])
def test_light_code_on_dark_ground_is_read(symbology, angle):
    assert found(255 - drawn(symbology, TEXTS[symbology], angle)) == [(symbology, TEXTS[symbology])]


def test_code_beside_lines_of_text_is_read():
    picture = drawn("Code128", "PKG-0017-AB", 0)
    above = [[0, 0], [picture.shape[1], 0], [picture.shape[1], 80], [0, 80]]
    assert [each.number for each in find_barcodes(picture, 1, [above])] == ["PKG-0017-AB"]


@pytest.mark.parametrize("symbology", ["QRCode", "Code128", "PDF417"])
def test_code_in_a_printed_frame_is_read(symbology):
    picture = drawn(symbology, TEXTS[symbology], 12).copy()
    picture[6:9, 6:-6] = picture[-9:-6, 6:-6] = picture[6:-6, 6:9] = picture[6:-6, -9:-6] = 0
    page = np.pad(picture, ((0, 900), (0, 500), (0, 0)), constant_values=250)
    page[1000:1003, 20:-20] = page[1000:-20, 20:23] = 0
    assert found(page) == [(symbology, TEXTS[symbology])]


def test_several_codes_of_a_page_are_found_with_their_places():
    left, right = (drawn("Code128", "ONE", 0), drawn("QRCode", "TWO", 0))
    height = max(len(left), len(right))
    page = np.hstack(
        [np.pad(each, ((0, height - len(each)), (0, 0), (0, 0)), constant_values=250) for each in (left, right)]
    )
    by_text = {each.number: each.bbox for each in find_barcodes(page, 1)}
    assert by_text.keys() == {"ONE", "TWO"}
    assert max(x for x, _ in by_text["ONE"]) < left.shape[1] <= min(x for x, _ in by_text["TWO"])


@pytest.mark.parametrize("angle", [0, 33, 123])
def test_polygon_surrounds_the_code(angle):
    (document,) = find_barcodes(drawn("Code128", "PKG-0017-AB", angle), 1)
    picture = drawn("Code128", "PKG-0017-AB", angle)
    dark = np.argwhere(picture[..., 0] < 100)[:, ::-1]
    xs, ys = zip(*document.bbox, strict=True)
    assert abs(np.mean(xs) - dark[:, 0].mean()) < 25 and abs(np.mean(ys) - dark[:, 1].mean()) < 25


def test_content_that_is_no_text_is_returned_as_bytes():
    content = bytes(range(128, 160))
    (document,) = find_barcodes(drawn("QRCode", content), 1)
    assert (document.number, base64.b64decode(document.extra["bytes"])) == ("", content)
    assert document.extra["length"] == 32


def test_text_and_tables_are_no_barcodes():
    page = Image.new("RGB", (1200, 900), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(22)
    numbers = random.Random(1)
    for row in range(28):
        draw.text(
            (30, 30 * row + 20), "  ".join(f"{numbers.randrange(10**7):,} Illlil" for _ in range(6)), "black", font
        )
    for column in range(0, 1200, 90):
        draw.line((column, 0, column, 900), "black", 2)
    assert found(np.asarray(page)) == []


@pytest.mark.parametrize(("symbology", "content"), [("ITF", "6600020070"), ("Code39", "CODE39")])
def test_code_without_a_check_digit_is_not_valid(symbology, content):
    (document,) = [each.as_dict() for each in find_barcodes(drawn(symbology, content), 1)]
    assert (document["number"], document["valid"], document["reasons"]) == (content, None, ["no_check_digit"])


def test_small_picture_has_no_barcode():
    assert found(np.full((20, 20, 3), 255, np.uint8)) == []
