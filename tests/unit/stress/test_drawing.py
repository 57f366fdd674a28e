"""Drawn documents."""

import re

from PIL import Image

from stress.drawing import picture_pdf


def test_picture_pdf_does_not_contain_the_time_of_drawing():
    pdf = picture_pdf([Image.new("L", (40, 20))] * 2, dpi=72)
    assert set(re.findall(rb"\(D:(\d+)", pdf)) == {b"19700101000000"}
