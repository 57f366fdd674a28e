"""The classifier of scripts, on lines drawn with MuPDF's fonts."""

import numpy as np
import pymupdf
import pytest

from paddleocr_service.languages import EACH_SCRIPT, scripts_of
from paddleocr_service.script_classifier import load_classifier


def draw(text, dpi=150):
    """A line of text, (h, w, 3), cut out with some space around it."""
    page = pymupdf.open().new_page(width=400, height=60)
    page.insert_htmlbox((10, 10, 390, 50), f'<p style="font-size:12px">{text}</p>')
    pixels = page.get_pixmap(dpi=dpi)
    image = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3)
    rows, columns = np.where((image < 160).any(2))
    return image[rows.min() - 3 : rows.max() + 4, columns.min() - 4 : columns.max() + 5]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("devanagari", "सभी मनुष्यों को गौरव और अधिकारों के विषय में"),
        ("arabic", "يولد جميع الناس أحراراً متساوين في الكرامة"),
        ("cjk", "人人生而自由，在尊严和权利上一律平等"),
        ("hangul", "모든 인간은 태어날 때부터 자유로우며"),
        ("tamil", "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே"),
        ("telugu", "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును"),
        ("kannada", "ಎಲ್ಲಾ ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ ಜನಿಸಿದ್ದಾರೆ"),
        ("hebrew", "כל בני האדם נולדו בני חורין ושווים בערכם"),
        ("thai", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน"),
        ("cyrillic", "Все люди рождаются свободными и равными"),
    ],
)
def test_script_is_among_the_most_probable_ones(script, text):
    odds = load_classifier().probabilities(draw(text))
    assert script in sorted(odds, key=lambda name: -odds[name])[:4]
    assert sum(odds.values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("text", ["Total (GST 6 %) 1,234.50", "GOVERNMENT OF INDIA", "Invoice number 2024-0017"])
def test_latin_letters_and_numbers_are_not_foreign(text):
    assert load_classifier().probabilities(draw(text))["latin"] > 0.2


def test_light_text_is_read_like_dark_text():
    line = draw("All human beings are born free")
    dark, light = (load_classifier().probabilities(picture)["latin"] for picture in (line, 255 - line))
    assert dark == pytest.approx(light, abs=0.05)


@pytest.mark.parametrize("shape", [(1, 1, 3), (40, 3, 3), (3, 400, 3), (30, 200, 3)])
def test_picture_without_text_is_no_error(shape):
    assert load_classifier().probabilities(np.full(shape, 255, np.uint8)).keys() >= {"latin", "devanagari"}


def test_classes_are_scripts_that_auto_reads():
    read = {script for lang in EACH_SCRIPT for script in scripts_of(lang)}
    assert set(load_classifier().scripts) <= read
