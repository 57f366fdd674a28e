"""Letters outside of the detected lines are found without a network."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service.letter_height import find_dark_or_light_letters, grey_copies, letter_height_in_lines
from paddleocr_service.unread_text import find_unread_regions

LINE = "NOTE 12 bread and butter"


def drawn(width=2000, height=1500, ink=0, ground=255, positions=((1400, 1000),), size=16):
    image = Image.new("L", (width, height), ground)
    for position in positions:
        ImageDraw.Draw(image).text(position, LINE, fill=ink, font=ImageFont.load_default(size))
    return np.asarray(image.convert("RGB"))


def regions(image, polygons=(), max_height=20):
    return find_unread_regions(image, grey_copies(image), polygons, max_height)


def box(x0, y0, x1, y1):
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0), (210, 30), (60, 200)])
def test_small_line_is_a_region(ink, ground):
    (region,) = regions(drawn(ink=ink, ground=ground))
    assert 1340 <= region.x0 <= 1400 and 960 <= region.y0 <= 1004
    assert 1560 <= region.x1 <= 1640 and 1012 <= region.y1 <= 1050
    assert 7 <= region.letter_height <= 13


@pytest.mark.parametrize(("width", "height", "x", "y"), [(500, 12_000, 200, 11_000), (12_000, 500, 11_000, 200)])
def test_line_in_an_elongated_image_is_a_region(width, height, x, y):
    (region,) = regions(drawn(width, height, positions=[(x, y)]))
    assert region.x0 < x < x + 150 < region.x1 and region.y0 < y + 4 < y + 12 < region.y1


def test_detected_lines_and_larger_letters_do_not_count():
    image = drawn()
    assert not regions(image, [box(1395, 998, 1600, 1020)])
    assert not regions(image, max_height=4)
    assert regions(image, [box(100, 998, 1300, 1020)])


def test_distant_lines_are_separate_regions_and_many_are_joined():
    assert len(regions(drawn(positions=[(100, 100), (1500, 1300)]))) == 2
    scattered = [(x, y) for x in (50, 700, 1400) for y in (100, 400, 700, 1000, 1300)]
    assert 1 <= len(regions(drawn(positions=scattered))) <= 8


def dashed_rule(draw):
    for x in range(100, 1900, 22):
        draw.rectangle((x, 700, x + 14, 706), fill=0)


def ruled_table(draw):
    for offset in range(100, 1400, 40):
        draw.line((100, offset, 1900, offset), fill=0, width=2)
        draw.line((offset, 100, offset, 1400), fill=0, width=2)


def speckles(draw):
    random = np.random.default_rng(3)
    for x, y, size in random.integers((0, 0, 5), (1990, 1490, 30), (900, 3)):
        draw.ellipse((x, y, x + size, y + size // 2), fill=0)


@pytest.mark.parametrize("draw", [dashed_rule, ruled_table, speckles])
def test_other_ink_is_no_region(draw):
    image = Image.new("L", (2000, 1500), 255)
    draw(ImageDraw.Draw(image))
    assert not regions(np.asarray(image.convert("RGB")))


def test_texture_is_no_region():
    noise = np.random.default_rng(1).integers(0, 256, (500, 700, 3), np.uint8)
    assert not regions(np.kron(noise, np.ones((3, 3, 1), np.uint8)))


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0)])
def test_letters_are_found_on_any_ground(ink, ground):
    letters = find_dark_or_light_letters(drawn(ink=ink, ground=ground)[..., 0])
    assert abs(len(letters) - len(LINE.replace(" ", ""))) <= 2
    assert letters[:, 0].min() >= 1395 and letters[:, 3].max() <= 16


def test_letter_height_in_lines():
    image = drawn(6000, 4000, positions=[(3000, y) for y in range(1000, 1400, 40)], size=24)
    lines = [box(2900, y - 40, 3600, y + 60) for y in range(1000, 1400, 40)]
    assert letter_height_in_lines(image, lines) == pytest.approx(14, abs=2)
    assert letter_height_in_lines(image, []) is None
    assert letter_height_in_lines(image, [box(0, 0, 500, 100), box(-5, -5, -1, -1)]) is None
