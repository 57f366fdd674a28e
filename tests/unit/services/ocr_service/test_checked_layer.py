"""Text layers with wrong maps and gaps: which lines OCR reads, and what the page returns."""

import pymupdf
import pytest

from paddleocr_service import EngineInfo, Line, Recognition
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.options import DocumentOptions
from services.ocr_service.pdf_pages import PdfPages
from tests.support import wrong_maps
from tests.support.engine import PROSE
from tests.support.wrong_maps import ITEMS, as_letters, as_signs, invoice, private, right, shifted, swapped

AMOUNTS = [amount for _, amount in ITEMS]
NOTHING = Recognition(1, 1, (), "", "en", EngineInfo("FakeEngine", "none", ()))
ARABIC = ["الاسم الكامل للمشتري", "تحليلات المشكلات وحلولها", "لا يوجد أي اختلاف"]
HINDI = ["कुल राशि रुपये", "ग्राहक का नाम राम कुमार"]
THAI = ["ราคารวมทั้งหมด", "ชื่อลูกค้าและที่อยู่"]
GREEK = ["Το ποσό είναι σε ευρώ", "Το όνομα του πελάτη"]


class OpenedBook:
    """Reads a picture as the right text of the lines that are on it, which it finds by their number and height."""

    def __init__(self, lines):
        self.lines, self.calls = lines, []

    def __call__(self, array):
        rows = (array.min(axis=2) < 128).any(axis=1)
        starts = [y for y in range(1, len(rows)) if rows[y] and not rows[y - 1]]
        ends = [y for y in range(1, len(rows)) if not rows[y] and rows[y - 1]]
        self.calls.append(len(starts))
        texts = self.lines[: len(starts)]
        lines = [
            Line(text, 0.97, ((0.0, top), (50.0, top), (50.0, bottom), (0.0, bottom)))
            for text, top, bottom in zip(texts, starts, ends, strict=False)
        ]
        return Recognition(array.shape[1], array.shape[0], tuple(lines), "\n".join(texts), "en", NOTHING.engine)


@pytest.fixture
def read(tmp_path):
    def page(data, engine, lang="en", detail="line"):
        path = tmp_path / "document.pdf"
        path.write_bytes(data)
        with PdfDocument(path) as pdf:
            options = DocumentOptions(lang=lang, dpi=150, detail=detail)
            return PdfPages(pdf, options, engine, 50_000_000).recognize(1)

    return page


def layer_with_gaps(lines, gap="\ufffd"):
    """A page in a script of the layer only: the glyphs do not matter, only what they are mapped to."""
    letters = sorted({char for line in lines for char in line if char != " "} | {gap})
    codes = {char: chr(0x21 + at) for at, char in enumerate(letters)}
    document = pymupdf.open()
    page = document.new_page()
    for row, line in enumerate(lines):
        page.insert_text((60, 60 + 30 * row), "".join(codes.get(char, " ") for char in line))
    font, mapping = page.get_fonts()[0][0], document.get_new_xref()
    document.update_object(mapping, "<<>>")
    entries = {ord(code): char for char, code in codes.items()} | {0x20: " "}
    document.update_stream(mapping, wrong_maps.map_of(entries, 2))
    document.xref_set_key(font, "ToUnicode", f"{mapping} 0 R")
    return document.tobytes()


@pytest.mark.parametrize("change", [shifted, swapped, as_letters, as_signs, private])
@pytest.mark.parametrize(
    "kind", [invoice, wrong_maps.subset_invoice, wrong_maps.type1, wrong_maps.type3, wrong_maps.not_embedded]
)
def test_amounts_with_a_wrong_map_are_read_by_ocr_and_all_else_from_the_layer(read, kind, change):
    expected = [amount for amount in AMOUNTS if any(digit in amount for digit in "69") or change is not swapped]
    page = read(kind(change), OpenedBook(expected))
    assert page["source"] == "text_layer"
    for label, amount in ITEMS:
        assert f"{label} {amount}" in page["text"], "labels and amounts are right"
    assert PROSE[0] in page["text"]
    assert {line["confidence"] for line in page["lines"] if line["text"] in PROSE} == {1.0}


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_amounts_with_a_wrong_map_on_a_page_that_is_turned_are_read_by_ocr(read, rotation):
    with pymupdf.open(stream=invoice(shifted)) as document:
        document[0].set_rotation(rotation)
        page = read(document.tobytes(), OpenedBook(AMOUNTS))
    assert page["source"] == "text_layer" and all(amount in page["text"] for amount in AMOUNTS)


@pytest.mark.parametrize("kind", [invoice, wrong_maps.subset_invoice, wrong_maps.type1, wrong_maps.not_embedded])
def test_amounts_with_a_right_map_are_not_read_by_ocr(read, kind):
    engine = OpenedBook([])
    page = read(kind(right), engine)
    assert not engine.calls and all(amount in page["text"] for amount in AMOUNTS)


def test_a_page_number_in_a_font_of_its_own_is_not_read_by_ocr(read):
    document = pymupdf.open(stream=invoice(right, prose=PROSE[:3]))
    document[0].insert_text((300, 800), "7", fontname="tibo")
    engine = OpenedBook([])
    assert "7" in read(document.tobytes(), engine)["text"] and not engine.calls


def test_a_small_font_with_a_wrong_map_of_letters_is_read_by_ocr(read):
    def next_character(char):
        return chr(ord(char) + 1) if char.isalnum() else char

    page = read(invoice(next_character, "heit"), OpenedBook(AMOUNTS))
    assert all(f"{label} {amount}" in page["text"] for label, amount in ITEMS)


@pytest.mark.parametrize("target", ["f", "t", "Ɵ", "Ō", "ƞ", " "])
def test_lines_with_wrong_ligatures_are_read_by_ocr(read, target):
    plain = [line.replace("ﬁ", "fi").replace("ﬂ", "fl") for line in wrong_maps.LIGATURES]
    page = read(wrong_maps.ligatures(target), OpenedBook(plain))
    assert [line for line in plain if line in page["text"]] == plain


def test_right_ligatures_are_not_read_by_ocr(read):
    engine = OpenedBook([])
    document = pymupdf.open()
    page = document.new_page()
    page.insert_font(fontname="F1", fontbuffer=pymupdf.Font("tiro").buffer)
    for row, line in enumerate([*PROSE, *wrong_maps.LIGATURES]):
        page.insert_text((60, 60 + 20 * row), line, fontname="F1", fontsize=10)
    assert "by the officer who filled in" in read(document.tobytes(), engine)["text"] and not engine.calls


def test_words_of_a_corrected_line_are_corrected(read):
    page = read(invoice(shifted), OpenedBook(AMOUNTS), detail="word")
    words = [word["text"] for line in page["lines"] for word in line["words"]]
    assert set(AMOUNTS) <= set(words)


@pytest.mark.parametrize("lines", [ARABIC, HINDI, THAI, GREEK], ids=["Arabic", "Hindi", "Thai", "Greek"])
@pytest.mark.parametrize("gaps", ["ل", "र", "าก"], ids=str)
def test_a_layer_in_an_unreadable_script_keeps_its_gaps_with_a_warning(read, lines, gaps):
    missing = gaps[0] if any(gaps[0] in line for line in lines) else lines[0][0]
    given = [line.replace(missing, "\ufffd") for line in lines]
    engine = OpenedBook(["Latin noise"])
    page = read(layer_with_gaps(given), engine)
    assert not engine.calls and page["source"] == "text_layer"
    assert sorted("".join(page["text"].split())) == sorted("".join("".join(given).split()))
    assert [warning["code"] for warning in page["warnings"]] == ["unreadable_script"]


def test_such_a_layer_without_gaps_has_no_warning(read):
    page = read(layer_with_gaps(HINDI), OpenedBook([]))
    assert page["source"] == "text_layer" and not page["warnings"]


def test_such_a_layer_is_read_by_ocr_in_its_own_language(read):
    given = [line.replace("र", "\ufffd") for line in HINDI]
    engine = OpenedBook(HINDI)
    page = read(layer_with_gaps(given), engine, lang="hi")
    assert page["source"] == "ocr" and not page["warnings"]


def test_a_layer_of_gaps_is_read_by_ocr_with_a_warning(read):
    given = ["\ufffd" * 20 + " " + HINDI[0], "\ufffd" * 30]
    page = read(layer_with_gaps(given), OpenedBook(["R 1400", "TR"]))
    assert page["source"] == "ocr"
    assert [warning["code"] for warning in page["warnings"]] == ["unreadable_script"]


def test_noise_from_a_useless_layer_has_a_warning(read):
    page = read(layer_with_gaps(["\ufffd" * 30, "\ufffd" * 30]), OpenedBook(["R 1400"]))
    assert page["source"] == "ocr"
    assert [warning["code"] for warning in page["warnings"]] == ["unreadable_script"]
