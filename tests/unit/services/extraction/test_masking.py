"""Hidden numbers are in no text of a page, however they are written and split."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extraction.found import Document
from services.extraction.masking import mask_page
from services.extraction.options import EXTRACT_NAMES, MASK_NAMES, canonical
from services.extraction.page_search import find_documents
from tests.support.identity import EXAMPLES, LABELS, box, lines_of, page_of_lines, td3, with_verhoeff

#: The visible end of a masked number.
VISIBLE = {"aadhaar": 4, "aadhaar_vid": 4}
DIGITS = "0123456789"


def masked(lines, *names):
    page = page_of_lines(lines)
    found = find_documents(lines, 1, frozenset({"ids", "mrz"}))
    return mask_page(page, found, frozenset(names or MASK_NAMES))


def plain(text):
    return re.sub(r"[\W_]", "", text).upper()


def assert_hidden(page, number, visible=0):
    """No string of the page, and no sequence of words, has the hidden part of the number."""
    secret = plain(number)[: len(plain(number)) - visible]
    words = "".join(word["text"] for line in page["lines"] for word in line.get("words", []))
    assert secret not in plain(json.dumps(page, ensure_ascii=False))
    assert secret not in plain("".join(line["text"] for line in page["lines"]))
    assert secret not in plain(words)


@st.composite
def numbers(draw):
    """(type, number, the same as written)"""
    kind = draw(st.sampled_from(sorted(EXAMPLES)))
    if kind == "aadhaar":
        number = with_verhoeff(draw(st.from_regex(r"[2-9][0-9]{10}", fullmatch=True)))
    elif kind == "aadhaar_vid":
        number = with_verhoeff(draw(st.from_regex(r"[2-9][0-9]{14}", fullmatch=True)))
    else:
        number = "".join(
            draw(st.sampled_from(DIGITS)) if char.isdigit() and kind not in ("driving_licence", "gstin") else char
            for char in EXAMPLES[kind]
        )
    separator = draw(st.sampled_from(["", " ", "-", ".", "/", " - "]))
    size = draw(st.integers(2, 8))
    text = plain(number)
    return kind, number, separator.join(text[start : start + size] for start in range(0, len(text), size))


@settings(deadline=None)
@given(numbers(), st.booleans(), st.booleans(), st.booleans())
def test_no_hidden_digit_is_left(case, words, labelled, below):
    kind, number, written = case
    label = LABELS[kind] if labelled else "See"
    texts = [label, written] if below else [f"{label}: {written}"]
    page = masked(lines_of("Government of India", *texts, "12 Main Street", words=words))
    assert_hidden(page, number, VISIBLE.get(kind, 0))


@settings(deadline=None)
@given(numbers(), st.integers(1, 9))
def test_no_hidden_digit_of_a_number_in_two_rows_is_left(case, place):
    kind, number, _ = case
    text = plain(number)
    page = masked(lines_of(f"{LABELS[kind]} {text[:place]}", text[place:], words=True))
    assert_hidden(page, number, VISIBLE.get(kind, 0))


@settings(deadline=None)
@given(numbers())
def test_same_number_is_hidden_wherever_it_is_repeated(case):
    kind, number, written = case
    lines = lines_of(f"{LABELS[kind]}: {written}", f"Order {plain(number)}", f"copy of {written}")
    page = page_of_lines(lines)
    page["fields"] = [{"name": "id", "type": "text", "value": written, "bbox": box(0, 0, 9, 9)}]
    page["warnings"] = [{"code": "hidden_text", "detail": f"The text {number} is hidden."}]
    found = find_documents(lines, 1, frozenset({"ids"}))
    result = mask_page(page, found, frozenset({kind}))
    if found:
        assert_hidden(result, number, VISIBLE.get(kind, 0))


@pytest.mark.parametrize("names", [("mrz",), ("passport",), ()])
def test_number_in_a_zone_is_hidden(names):
    page = masked(lines_of("Passport No. K5106821", *td3("K5106821"), words=True), *names)
    assert_hidden(page, "K5106821")
    assert "K5106821" not in json.dumps(page)


def test_number_is_hidden_where_it_is_misread():
    page = masked(lines_of("Aadhaar 366360248814", "Ref 36636O2488I4"), "aadhaar")
    assert [line["text"] for line in page["lines"]] == ["Aadhaar XXXXXXXX8814", "Ref XXXXXXXX88I4"]


def test_tax_number_is_hidden_in_a_gstin():
    page = masked(lines_of("GSTIN 14AVIPN7473F3ZB"), "pan")
    assert [line["text"] for line in page["lines"]] == ["GSTIN 14XXXXXXXXXX3ZB"]
    assert page["documents"][0]["number"] == "14XXXXXXXXXX3ZB"


def test_only_the_chosen_types_are_hidden():
    page = masked(lines_of("Aadhaar 3663 6024 8814", "PAN GMNPU7045L"), "pan")
    assert page["text"] == "Aadhaar 3663 6024 8814\nPAN XXXXXXXXXX"


def test_text_keeps_its_length_and_separators():
    page = masked(lines_of("Aadhaar: 3663-6024-8814, Pune", words=True), "aadhaar")
    assert page["text"] == page["blocks"][0]["text"] == "Aadhaar: XXXX-XXXX-8814, Pune"
    assert [word["text"] for word in page["lines"][0]["words"]] == ["Aadhaar:", "XXXX-XXXX-8814,", "Pune"]


def test_numbers_are_hidden_in_the_cells_of_tables():
    lines = lines_of("Aadhaar 3663", "6024 8814")
    page = page_of_lines(lines)
    cells = [{"row": row, "column": 0, "text": line["text"], "lines": [row]} for row, line in enumerate(lines)]
    page["blocks"][0]["cells"] = cells
    hidden = mask_page(page, find_documents(lines, 1, frozenset({"ids"})), frozenset({"aadhaar"}))
    texts = [cell["text"] for cell in hidden["blocks"][0]["cells"]]
    assert texts == [line["text"] for line in hidden["lines"]] == ["Aadhaar XXXX", "XXXX 8814"]


def test_document_of_a_hidden_number_says_so():
    (document,) = masked(lines_of("Aadhaar 3663 6024 8814"), "aadhaar")["documents"]
    assert (document["number"], document["masked"], document["valid"]) == ("XXXXXXXX8814", True, True)


def test_order_and_telephone_numbers_stay():
    texts = ["Order no. 577877128186", "Phone +91 83822 23769", "Total 1,234.00"]
    assert [line["text"] for line in masked(lines_of(*texts))["lines"]] == texts


def test_content_of_a_barcode_is_hidden():
    code = Document(
        "barcode", "366360248814", {"symbology": True}, 1.0, 1, box(0, 0, 9, 9), [], extra={"bytes": "MzY="}
    )
    page = mask_page(page_of_lines(lines_of("One")), [code], frozenset({"barcode"}))
    assert page["documents"][0]["number"] == "X" * 12 and "bytes" not in page["documents"][0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ""), ("all", "ids,mrz,barcodes"), ("mrz, IDS,mrz", "ids,mrz"), ("all,mrz", "ids,mrz,barcodes")],
)
def test_equal_choices_have_one_form(text, expected):
    assert canonical(text, EXTRACT_NAMES) == expected


def test_unknown_name_is_an_error():
    with pytest.raises(ValueError, match="faces"):
        canonical("ids,faces", EXTRACT_NAMES)
