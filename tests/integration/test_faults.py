"""Inputs on which text was once lost, turned, wrong or invented, read with the default options."""

import re
from collections import Counter

import pytest

from bench.faults.drawn import page_of_numbers
from bench.faults.expected import EXPECTED
from bench.faults.score import complaints, find_faults, score
from config import Settings
from paddleocr_service import Catalogue, OCREngine
from services.errors import ModelUnavailable
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

KINDS = [f"K{number:02}" for number in range(1, 25)]
#: Least share of the words, where not all are right: PP-OCRv6 does not know the inverted exclamation mark, which
#: Tesseract's Spanish data knows, and some double letters are lost in serif type.
LEAST = {"n_serif_44.png": 0.92} | ({} if Catalogue().resolve("es").signs else {"l_es_dj.png": 0.8})
ALMOST_ALL = 0.98
INSTALLED = Catalogue().languages()


@pytest.fixture(scope="module")
def engine():
    settings = Settings.from_env()
    return OCREngine(max_width=settings.max_image_width, max_height=settings.max_image_height)


@pytest.fixture(scope="module")
def ocr(engine):
    return OCRService(engine, Settings.from_env().max_image_pixels)


def read(ocr, fault):
    """The pages of an input."""
    options = DocumentOptions(fault.options.get("lang", "en"), 300)
    with ocr.open(fault.path, "pdf" if fault.is_pdf else "image", options) as document:
        return [document.recognize(number) for number in document.page_numbers]


def problems(ocr, fault):
    """What is wrong with the result of an input."""
    lang = fault.options.get("lang", "en")
    if not INSTALLED[lang]:  # Tesseract's data of some languages comes with `make languages`
        with pytest.raises(ModelUnavailable, match=f"install {lang}.*apt install tesseract-ocr-"):
            read(ocr, fault)
        return
    pages = read(ocr, fault)
    text = "\n".join(page["text"] for page in pages)
    if any(page["orientation"] for page in pages):
        yield "turned"
    if fault.truth is None:
        warnings = tuple(warning["code"] for page in pages for warning in page["warnings"])
        yield from complaints(EXPECTED[fault.path.name], text, warnings)
    elif (found := score(fault, text)) < LEAST.get(fault.path.name, ALMOST_ALL):
        yield f"{found:.1%} of the words"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_no_input_of_a_kind_fails_again(ocr, shared_data, kind):
    faults = [fault for fault in find_faults(shared_data / "faults") if fault.kind == kind]
    assert faults
    assert {fault.path.name: found for fault in faults if (found := list(problems(ocr, fault)))} == {}


@pytest.mark.timeout(300)
def test_no_number_in_narrow_or_serif_type_is_wrong(ocr, shared_data):
    for fault in find_faults(shared_data / "faults"):
        if fault.kind == "K06":
            text = " ".join(page["text"] for page in read(ocr, fault))
            expected, found = (Counter(filter(has_digit, words.split())) for words in (fault.truth, text))
            assert list((expected - found).elements()) == [], fault.path.name


@pytest.mark.parametrize("size", [16, 30])  # at 16, equal digits touch
def test_no_equal_digit_of_narrow_times_is_lost(engine, size):
    picture, numbers = page_of_numbers("tiro", 0.75, size)
    found = Counter(re.findall(r"[\d.,]+", " ".join(line.text for line in engine.recognize(picture).lines)))
    assert list((Counter(numbers) - found).elements()) == []


def has_digit(word):
    return any(char.isdigit() for char in word)
