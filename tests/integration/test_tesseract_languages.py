"""Languages that Tesseract reads. Skipped where their data is not installed: `make languages` installs it."""

from collections import Counter
from pathlib import Path
from unicodedata import is_normalized

import pymupdf
import pytest

from bench.metrics import character_error_rate
from paddleocr_service import ModelNotAvailable, OCREngine, RecognizeOptions
from paddleocr_service.scripts import script_name

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FAULTS = {"vi": "l_vi_dj.png", "az": "l_az_dj.png"}
#: Share of wrong characters that is accepted; 2 % for all other languages. The Hebrew page has many Latin names.
LIMITS = {"ta": 0.04, "te": 0.04, "th": 0.04, "ar": 0.04, "he": 0.04}
DRAWN = ["hi", "ta", "te", "kn", "ar", "ru", "el", "th", "ko", "he"]


@pytest.fixture(scope="module")
def engine():
    return OCREngine()


def require(engine, lang):
    try:
        engine.info(lang)
    except ModelNotAvailable as error:
        pytest.skip(error.message)


def picture(folder, name):
    path = DATA / folder / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return path


@pytest.mark.parametrize("lang", FAULTS)
def test_letters_that_pp_ocr_does_not_know_are_read(engine, lang):
    require(engine, lang)
    path = picture("faults", FAULTS[lang])
    expected = Counter(path.with_name(path.name + ".truth").read_text().split())
    found = Counter(engine.recognize(path, RecognizeOptions(lang=lang)).text.split())
    assert (expected & found).total() >= 0.98 * expected.total()


@pytest.mark.parametrize("lang", DRAWN)
def test_drawn_page_is_read(engine, lang):
    require(engine, lang)
    path = picture(f"languages/{lang}_drawn", f"{lang}_d0.jpg")
    truth = path.with_suffix(".txt").read_text()
    page = engine.recognize(path, RecognizeOptions(lang=lang, words=True))
    assert character_error_rate(truth, page.text) <= LIMITS.get(lang, 0.02)
    assert all(line.words for line in page.lines)
    assert page.orientation == 0


@pytest.mark.parametrize("lang", ["hi", "ar", "ru"])
def test_language_of_a_page_is_found(engine, lang):
    require(engine, lang)
    path = picture(f"languages/{lang}_drawn", f"{lang}_d0.jpg")
    page = engine.recognize(path, RecognizeOptions(lang="auto"))
    assert lang in page.lang.split("+")
    assert character_error_rate(path.with_suffix(".txt").read_text(), page.text) <= 0.04


LINES = {
    "en": ["All human beings are born free", "and equal in dignity and rights.", "They are endowed with reason"],
    "hi": ["सभी मनुष्यों को गौरव और अधिकारों", "के विषय में जन्मजात स्वतन्त्रता", "और समानता प्राप्त है।"],
    "ar": ["يولد جميع الناس أحراراً متساوين", "في الكرامة والحقوق وقد وهبوا", "عقلاً وضميراً وعليهم أن يعامل"],
    "ru": ["Все люди рождаются свободными", "и равными в своем достоинстве", "Они наделены разумом и совестью"],
    "ch": ["人人生而自由，在尊严和权利上一律平等", "他们赋有理性和良心，并应以兄弟", "关系的精神相对待。"],
}


@pytest.mark.parametrize("lang", ["hi", "ar", "ru", "ch"])
def test_each_line_of_a_mixed_page_is_read_in_its_script(engine, lang):
    require(engine, lang)
    expected = [line for pair in zip(LINES["en"], LINES[lang], strict=True) for line in pair]
    page = engine.recognize(draw_lines(expected), RecognizeOptions(lang="auto"))
    assert page.lang == f"en+{lang}"
    assert [line.script for line in page.lines] == [script_name(line) for line in expected]
    assert character_error_rate("\n".join(expected), page.text) <= 0.03


def draw_lines(lines):
    page = pymupdf.open().new_page(width=420, height=40 * len(lines) + 40)
    for row, text in enumerate(lines):
        page.insert_htmlbox((30, 30 + 40 * row, 390, 60 + 40 * row), f'<p style="font-size:14px">{text}</p>')
    return page.get_pixmap(dpi=150).tobytes("png")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("he", "תאריך: 12/03/2024 סכום 1,234.50"),
        ("ar", "التاريخ: 12/03/2024 المبلغ 1,234.50"),
        ("fa", "تاریخ ۱۴۰۳/۰۱/۱۵ مبلغ ۲۵۰۰ ریال"),
        ("hi", "दिनांक 12/03/2024 पैन ABCDE1234F"),
        ("hi", "ई-मेल mail@example.org राशि 1,234.50"),
        ("ta", "தேதி 12/03/2024 தொகை 1,234.50"),
        ("th", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน"),
        ("km", "មនុស្សទាំងអស់កើតមកមានសេរីភាព"),
    ],
)
def test_line_with_dates_codes_and_addresses_is_read_in_logical_order(engine, lang, text):
    require(engine, lang)
    page = engine.recognize(draw_lines([text]), RecognizeOptions(lang=lang))
    assert page.text == text
    assert is_normalized("NFC", page.text) and "\u25cc" not in page.text


COLUMNS = {
    "japan": ("japan", ["すべての人間は生まれながら", "にして自由であり且つ尊厳と", "権利とについて平等である"]),
    "ch": ("china-s", ["人人生而自由在尊严和权利", "上一律平等他们赋有理性和", "良心并应以兄弟关系的精神"]),
    "auto": ("japan", ["すべての人間は生まれながら", "にして自由であり且つ尊厳と", "権利とについて平等である"]),
}


@pytest.mark.parametrize("lang", COLUMNS)
def test_vertical_columns_are_read_from_right_to_left(engine, lang):
    font, columns = COLUMNS[lang]
    page = pymupdf.open().new_page(width=36 * len(columns) + 60, height=300)
    for column, text in enumerate(columns):
        for row, sign in enumerate(text):
            x, y = 36 * (len(columns) - column) - 6, 50 + 18 * row
            page.insert_text((x, y), sign, fontname=font, fontsize=16)
    image = page.get_pixmap(dpi=150).tobytes("png")
    assert [line.text for line in engine.recognize(image, RecognizeOptions(lang=lang)).lines] == columns
