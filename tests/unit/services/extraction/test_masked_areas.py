"""Areas of hidden numbers in the picture of a page."""

import json

import pytest

from services.extraction.found import Document
from services.extraction.masking import mask_page
from services.extraction.options import MASK_NAMES
from services.extraction.page_search import find_documents
from tests.support.identity import box, lines_of, page_of_lines, td3


def areas(lines, *names, documents=(), fields=()):
    page = {**page_of_lines(lines), "fields": list(fields)}
    found = [*find_documents(lines, 1, frozenset({"ids", "mrz"})), *documents]
    return mask_page(page, found, frozenset(names or MASK_NAMES))["masked_areas"]


def span(polygon):
    xs, ys = zip(*polygon, strict=True)
    return min(xs), max(xs), min(ys), max(ys)


def test_area_covers_the_hidden_characters_and_not_the_visible_end():
    # Characters are 10 pixels wide and lines start at 10.
    (area,) = areas(lines_of("Aadhaar 3663 6024 8814"))
    left, right, top, bottom = span(area)
    assert 80 < left <= 90 and 180 <= right < 190
    assert top < 0 and bottom > 20


def test_area_of_a_whole_line_is_larger_than_the_line():
    (area,) = areas(lines_of("GMNPU7045L"), "pan")
    left, right, top, bottom = span(area)
    assert left < 10 and right > 110 and top < 0 and bottom > 20


def test_number_in_two_lines_has_two_areas():
    assert len(areas(lines_of("PAN GMNPU", "7045L"), "pan")) == 2


def test_zone_is_covered_from_end_to_end():
    lines = lines_of(*td3("K5106821"))
    found = areas(lines, "mrz")
    assert len(found) == 2
    for line, area in zip(lines, found, strict=True):
        assert span(area)[0] < line["bbox"][0][0] + 10 and span(area)[1] > line["bbox"][1][0] - 400


def test_form_fields_and_barcodes_are_covered():
    code = Document("barcode", 'uid="366360248814"', {"symbology": True}, 1.0, 1, box(500, 500, 90, 90), [])
    number = {"name": "id", "type": "text", "value": "3663 6024 8814", "bbox": box(7, 300, 100, 20)}
    other = {"name": "city", "type": "text", "value": "Pune", "bbox": box(7, 400, 100, 20)}
    found = areas(lines_of("Aadhaar 3663 6024 8814"), "aadhaar", documents=[code], fields=[number, other])
    assert [span(each) for each in found[1:]] == [(2, 112, 299, 321), (495.5, 594.5, 495.5, 594.5)]


def test_number_in_a_barcode_alone_is_hidden():
    code = Document("barcode", '<PrintLetterBarcodeData uid="366360248814" name="A"/>', {}, 1.0, 1, box(5, 5, 9, 9), [])
    result = mask_page(page_of_lines(lines_of("Card")), [code], frozenset({"aadhaar"}))
    assert "36636024" not in json.dumps(result)
    assert result["documents"][0]["number"] == '<PrintLetterBarcodeData uid="XXXXXXXX8814" name="A"/>'
    assert [span(each) for each in result["masked_areas"]] == [pytest.approx((4.6, 14.4, 4.6, 14.4), abs=0.1)]


def words_of(*texts, gap=10):
    """A line whose words have different widths: 5 pixels for each letter, 15 for each digit."""
    words, x = [], 0
    for text in texts:
        width = sum(15 if char.isdigit() else 5 for char in text)
        words.append({"text": text, "confidence": 0.9, "bbox": box(x, 0, width, 20)})
        x += width + gap
    return {"text": " ".join(texts), "confidence": 0.9, "bbox": box(0, 0, x - gap, 20), "words": words}


def test_areas_follow_the_words_where_characters_differ_in_width():
    (area,) = areas([words_of("Aadhaar", "iiiiiiiiiiiiiiiii", "3663", "6024", "8814")])
    left, right, *_ = span(area)
    start = 7 * 5 + 10 + 17 * 5 + 10
    assert start - 15 < left < start and start + 130 < right < start + 145


def test_words_that_lack_the_number_have_areas_of_the_line():
    line = words_of("Aadhaar", "3663", "6024", "8814")
    line["words"] = line["words"][:2]
    assert span(areas([line])[0])[1] > 175


def test_number_in_one_word_keeps_its_visible_end():
    (area,) = areas([words_of("Aadhaar", "366360248814")])
    assert 45 - 15 < span(area)[0] < 45 and 45 + 8 * 15 < span(area)[1] < 45 + 9 * 15


def test_codes_with_the_same_content_are_all_covered():
    codes = [
        Document("barcode", 'uid="366360248814"', {}, 1.0, 1, box(x, 500, 90, 90), [], extra={"symbology": "QRCode"})
        for x in (100, 500)
    ]
    found = areas(lines_of("Card"), "aadhaar", documents=codes)
    assert [span(each)[:2] for each in found] == [(95.5, 194.5), (495.5, 594.5)]


def test_the_secure_qr_of_a_card_is_hidden_as_a_whole():
    extra = {"symbology": "QRCode", "kind": "aadhaar_secure_qr", "length": 2000}
    code = Document("barcode", "", {"symbology": True}, 1.0, 1, box(500, 500, 90, 90), [], extra=extra)
    assert len(areas(lines_of("Card"), "aadhaar", documents=[code])) == 1
    assert areas(lines_of("Card"), "pan", documents=[code]) == []


def test_nothing_is_covered_where_nothing_is_hidden():
    assert areas(lines_of("Order no. 577877128186", "Total 1,234.00")) == []
