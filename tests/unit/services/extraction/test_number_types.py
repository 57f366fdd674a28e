"""Identity numbers: found with their label, however they are written, and valid only if their checks pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import verhoeff
from stdnum.in_ import gstin

from services.extraction.page_search import find_documents
from tests.support.identity import EXAMPLES, LABELS, LETTERS, box, gstin_of, lines_of, with_verhoeff

IDS = frozenset({"ids"})
DIGITS = st.text("0123456789", min_size=11, max_size=11)


def found(*texts, **options):
    return [each.as_dict() for each in find_documents(lines_of(*texts, **options), 1, IDS)]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_number_is_found_behind_its_label(kind):
    (document,) = found(f"{LABELS[kind]}: {EXAMPLES[kind]}")
    assert (document["type"], document["number"], document["valid"]) == (kind, EXAMPLES[kind], True)
    assert document["lines"] == [0] and not document["needs_review"] and all(document["checks"].values())


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("separator", [" ", "-", ".", "/", " - "])
def test_number_is_found_with_any_separator(kind, separator):
    plain = EXAMPLES[kind].replace("-", "")
    written = separator.join(plain[start : start + 4] for start in range(0, len(plain), 4))
    (document,) = found(f"{LABELS[kind]}: {written}")
    assert (document["type"], document["number"], document["valid"]) == (kind, EXAMPLES[kind], True)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_number_is_found_below_its_label(kind):
    (document,) = found(LABELS[kind], EXAMPLES[kind])
    assert (document["type"], document["valid"]) == (kind, True)


@pytest.mark.parametrize("kind", ["aadhaar", "aadhaar_vid"])
def test_number_is_found_in_several_boxes_of_a_row(kind):
    digits = EXAMPLES[kind]
    lines = lines_of(LABELS[kind])
    for place in range(0, len(digits), 4):
        text = digits[place : place + 4]
        lines.append({"text": text, "confidence": 0.9, "bbox": box(150 + 12 * place, place / 4, 40, 20)})
    (document,) = [each.as_dict() for each in find_documents(lines, 1, IDS)]
    assert (document["number"], document["valid"]) == (digits, True)
    assert document["lines"] == list(range(1, len(lines)))


@pytest.mark.parametrize("kind", ["aadhaar", "gstin", "pan"])
def test_number_is_found_in_two_rows(kind):
    number = EXAMPLES[kind]
    (document,) = found(f"{LABELS[kind]} {number[:5]}", number[5:])
    assert (document["number"], document["valid"], document["lines"]) == (number, True, [0, 1])


@pytest.mark.parametrize(
    "text",
    [
        "Order no. 366360248814",
        "Tracking AB392817409IN",
        "Phone +91 83822 23769",
        "+36 6360 248814",
        "Invoice 5915 4285 735",
        "Ref ABCDE12345",
        "AWB 3663 6024 8814",
        "Customer ID ABCPD1234E",
        "Booking K5106821",
        "3663 6024 8814",
        "4111 1111 1111 1111 1234",
        "K5106821",
        "ABCPD1234E",
    ],
)
def test_look_alike_is_never_valid(text):
    assert not any(document["valid"] for document in found("DELIVERY NOTE", text, "Total 1,234.00"))


@pytest.mark.parametrize("number", ["GMNPU70451", "GMNPU7O45I", "6MNPU7045L", "GMNPU704SI"])
@pytest.mark.parametrize(
    "above", [["Permanent Account Number"], ["INCOME TAX DEPARTMENT", "Permanent Account Number Card"]]
)
def test_number_with_a_look_alike_below_its_label_needs_review(number, above):
    (document,) = found(*above, number)
    assert (document["type"], document["number"], document["valid"]) == ("pan", number, False)
    assert document["needs_review"] and "format_failed" in document["reasons"]


def test_number_with_a_look_alike_right_of_its_label_needs_review():
    value = {"text": "GMNPU70451", "confidence": 0.9, "bbox": box(400, 1, 100, 20)}
    (document,) = [each.as_dict() for each in find_documents([*lines_of("PAN No"), value], 1, IDS)]
    assert (document["number"], document["valid"], document["needs_review"]) == ("GMNPU70451", False, True)


def test_look_alikes_far_from_the_label_and_in_two_rows_are_no_number():
    texts = ["Permanent Account Number", "Name", "ARUN UDAHARAN", "Date", "GMNPU70451"]
    assert found(*texts) == []
    assert found("Permanent Account Number", "GMNPU", "70451") == []


def test_label_of_another_number_outweighs_the_words_on_the_page():
    assert found("Government of India", "Order no. 366360248814") == []


@settings(deadline=None)
@given(DIGITS)
def test_twelve_digits_with_a_wrong_check_digit_are_never_valid(digits):
    right = verhoeff.calc_check_digit(digits)
    for wrong in set("0123456789") - {right}:
        assert not any(document["valid"] for document in found(f"Aadhaar {digits}{wrong}"))


@settings(deadline=None)
@given(DIGITS.filter(lambda digits: digits[0] in "23456789" and digits[:6] != digits[:4:-1]))
def test_twelve_digits_with_the_right_check_digit_are_valid(digits):
    (document,) = found(f"Aadhaar {with_verhoeff(digits)}")
    assert document["valid"] is True


@settings(deadline=None)
@given(st.from_regex(r"[A-Z]{3}P[A-Z][1-9]{4}[A-Z]", fullmatch=True), st.sampled_from("123456789"))
def test_gstin_with_a_wrong_check_character_is_never_valid(pan, entity):
    right = gstin_of("27", pan, entity)
    look_alikes = {"O": "0", "I": "1", "Z": "2", "S": "5", "G": "6", "B": "8", "Q": "0", "D": "0", "L": "1"}
    for wrong in set("0123456789" + LETTERS) - {right[-1]}:
        documents = found(f"GSTIN {right[:-1]}{wrong}")
        valid = [document for document in documents if document["valid"]]
        if wrong in look_alikes and look_alikes[wrong] == right[-1] or look_alikes.get(right[-1]) == wrong:
            assert [each["number"] for each in valid] in ([right], [])  # the checksum proves the correction
        else:
            assert valid == []
    assert gstin.is_valid(right)


def test_look_alike_character_is_corrected_if_the_checksum_proves_it():
    (document,) = found("Aadhaar 3663 6O24 88I4")
    assert (document["number"], document["valid"]) == ("366360248814", True)
    assert document["reasons"] == ["look_alike_corrected"]


def test_look_alike_character_stays_without_a_checksum():
    (document,) = found("PAN: GMNPU7O45L")
    assert (document["number"], document["valid"], document["needs_review"]) == ("GMNPU7O45L", False, True)
    assert document["checks"]["format"] is False


@pytest.mark.parametrize(
    ("kind", "number", "check"),
    [
        ("pan", "GMNXU7045L", "holder_type"),
        ("driving_licence", "XX1220231234567", "state"),
        ("driving_licence", "MH1220991234567", "year"),
        ("udyam", "UDYAM-XX-12-1234567", "state"),
        ("aadhaar", "366360248815", "checksum"),
        ("voter_id", "WKH1190561", "checksum"),
    ],
)
def test_failed_check_makes_the_number_invalid(kind, number, check):
    (document,) = found(f"{LABELS[kind]}: {number}")
    assert (document["valid"], document["checks"][check], document["needs_review"]) == (False, False, True)
    assert document["reasons"] == [f"{check}_failed"]


@pytest.mark.parametrize(("name", "valid"), [("SUNITA UDAHARAN", True), ("SUNITA MOCKWANI", False)])
def test_fifth_letter_of_a_pan_is_compared_with_the_surname(name, valid):
    (document,) = found("Permanent Account Number Card", "GMNPU7045L", "Name", name)
    assert (document["valid"], document["checks"]["surname"]) == (valid, valid)


@pytest.mark.parametrize("text", ["XXXX XXXX 2900", "xxxxxxxx2900", "**** **** 2900", "Aadhaar: XXXX-XXXX-2900"])
def test_number_that_the_document_shows_masked_is_reported_as_masked(text):
    (document,) = found("Government of India", text)
    assert (document["type"], document["number"], document["masked"]) == ("aadhaar", "XXXXXXXX2900", True)
    assert document["valid"] is None


def test_masked_virtual_identifier_is_no_masked_aadhaar_number():
    (document,) = found("VID: XXXX XXXX XXXX 2900")
    assert (document["type"], document["number"]) == ("aadhaar_vid", "XXXXXXXXXXXX2900")


def test_low_confidence_needs_review():
    (document,) = found("Aadhaar 366360248814", confidence=0.7)
    assert (document["valid"], document["needs_review"], document["reasons"]) == (True, True, ["low_confidence"])
