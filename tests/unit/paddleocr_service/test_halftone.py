"""Areas of dots are smoothed, and nothing else is."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service.halftone import smooth_halftones

BAR = (slice(100, 160), slice(40, 760))


def page(ground):
    """Black letters on white, and white ones on a bar of this grey: (H, W) uint8."""
    image = Image.new("L", (800, 300), 255)
    draw = ImageDraw.Draw(image)
    draw.text((40, 30), "Letters above a bar", 0, ImageFont.load_default(30))
    draw.rectangle((40, 100, 759, 159), fill=ground)
    draw.text((50, 110), "White letters", 255, ImageFont.load_default(30))
    draw.text((40, 200), "small print below the bar, " * 4, 0, ImageFont.load_default(11))
    return np.asarray(image)


def in_colour(grey):
    return np.repeat(grey[..., None], 3, axis=2)


def dithered(grey):
    """Black and white, as Floyd and Steinberg spread the difference."""
    return np.asarray(Image.fromarray(grey).convert("1").convert("L"))


def ordered(grey):
    """Black and white by thresholds in a square of 4 by 4 pixels, whose dots grow from its corners."""
    thresholds = np.array([[12, 5, 6, 13], [4, 0, 1, 7], [11, 3, 2, 8], [15, 10, 9, 14]]) * 16 + 8
    return np.where(grey > np.tile(thresholds, (grey.shape[0] // 4, grey.shape[1] // 4)), 255, 0).astype(np.uint8)


@pytest.mark.parametrize("draw_grey", [dithered, ordered])
@pytest.mark.parametrize("ground", [100, 140])
def test_dots_become_even_grey_and_the_rest_stays(draw_grey, ground):
    dots = draw_grey(page(ground))
    smooth = smooth_halftones(in_colour(dots))[..., 0].astype(int)
    plain = (slice(112, 144), slice(400, 740))
    assert dots[plain].std() > 100
    assert smooth[plain].std() < 40
    assert abs(smooth[plain].mean() - ground) < 16
    outside = np.ones(dots.shape, bool)
    outside[84:176] = False
    assert (smooth[outside] == dots[outside]).all()


@pytest.mark.parametrize("ground", [0, 140, 255])
def test_image_without_dots_is_returned_itself(ground):
    image = in_colour(page(ground))
    assert smooth_halftones(image) is image


def test_dots_are_found_across_the_edges_of_bands():
    tall = np.full((2400, 800), 255, np.uint8)
    tall[1000:1060], tall[2340:2400] = 140, 140
    smooth = smooth_halftones(in_colour(dithered(tall)))[..., 0]
    assert smooth[1004:1056, 100:700].std() < 40
    assert smooth[2344:2390, 100:700].std() < 40


@pytest.mark.parametrize("shape", [(1, 1, 3), (63, 900, 3), (900, 63, 3), (65, 65, 3)])
def test_small_images_are_accepted(shape):
    dots = (np.indices(shape).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert smooth_halftones(dots).shape == shape
