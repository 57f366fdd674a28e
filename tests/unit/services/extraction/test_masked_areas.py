"""Areas of hidden numbers in the picture of a page."""

import json

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
    assert box(500, 500, 90, 90) in found and box(7, 300, 100, 20) in found and len(found) == 3


def test_number_in_a_barcode_alone_is_hidden():
    code = Document("barcode", '<PrintLetterBarcodeData uid="366360248814" name="A"/>', {}, 1.0, 1, box(5, 5, 9, 9), [])
    result = mask_page(page_of_lines(lines_of("Card")), [code], frozenset({"aadhaar"}))
    assert "36636024" not in json.dumps(result)
    assert result["documents"][0]["number"] == '<PrintLetterBarcodeData uid="XXXXXXXX8814" name="A"/>'
    assert result["masked_areas"] == [box(5, 5, 9, 9)]


def test_nothing_is_covered_where_nothing_is_hidden():
    assert areas(lines_of("Order no. 577877128186", "Total 1,234.00")) == []
