"""Coded pictures are read back as they were drawn, also after scaling."""

import io

import numpy as np
import pymupdf
import pytest
from PIL import Image

from stress.coded_pictures import Action, coded_pdf, coded_picture, decode


def pixels(png, size=None):
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return np.array(image.resize(size) if size else image)


@pytest.mark.parametrize("size", [None, (600, 100), (1234, 64)])
@pytest.mark.parametrize(
    "code", [(0, Action.READ, 0), (123_456, Action.CRASH, 50), (2**20 - 1, Action.HANG, 2**14 - 1)]
)
def test_code_survives_scaling(code, size):
    assert decode(pixels(coded_picture(*code), size)) == code


def test_pages_of_a_pdf_have_their_own_codes():
    pdf = coded_pdf([7, 8, 9], ms=20, actions={8: Action.CRASH})
    with pymupdf.open(stream=pdf) as document:
        codes = [decode(pixels(page.get_pixmap(dpi=72).tobytes("png"))) for page in document]
    assert codes == [(7, Action.READ, 20), (8, Action.CRASH, 20), (9, Action.READ, 20)]


def test_other_picture_has_no_code():
    with pytest.raises(ValueError, match="no code"):
        decode(np.full((64, 352, 3), 255, np.uint8))


def test_number_that_does_not_fit_is_an_error():
    with pytest.raises(ValueError, match="does not fit"):
        coded_picture(2**20)
