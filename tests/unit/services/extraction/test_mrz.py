"""Machine-readable zones: formats, check digits, repairs and fields."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.extraction.mrz.formats import FORMATS, check_digit
from services.extraction.mrz.zone import best_zone
from services.extraction.page_search import find_documents
from tests.support.identity import lines_of, td3

#: The specimens of ICAO Doc 9303, parts 4 to 7.
SPECIMENS = {
    "TD1": ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"],
    "TD2": ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"],
    "TD3": ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
    "MRV-A": ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"],
    "MRV-B": ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"],
}
TD1_LONG_NUMBER = ["I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<"]


def zone(lines):
    return best_zone([[line] for line in lines])


def found(*lines):
    return [each.as_dict() for each in find_documents(lines_of(*lines), 1, frozenset({"mrz"}))]


def test_check_digit_of_the_example_in_doc_9303():
    assert check_digit("AB2134<<<") == "5" and check_digit("520727") == "3"


def test_layouts_have_equal_lengths():
    for form in FORMATS:
        assert {len(line) for line in form.layout} == {form.length}


@pytest.mark.parametrize("name", SPECIMENS)
def test_specimen_is_valid(name):
    (document,) = found("IDENTITY DOCUMENT", *SPECIMENS[name])
    assert (document["format"], document["mrz"], document["valid"]) == (name, SPECIMENS[name], True)
    fields = document["fields"]
    assert (fields["surname"], fields["given_names"], fields["sex"]) == ("ERIKSSON", "ANNA MARIA", "F")
    assert fields["number"] == document["number"] != ""


def test_fields_are_iso_dates_and_codes():
    fields = zone(SPECIMENS["TD3"]).fields(today=date(2026, 1, 1))
    assert (fields["date_of_birth"], fields["date_of_expiry"]) == ("1974-08-12", "2012-04-15")
    assert (fields["nationality"], fields["issuing_state"], fields["number"]) == ("UTO", "UTO", "L898902C3")


def test_long_document_number_continues_in_the_optional_data():
    long = zone(TD1_LONG_NUMBER)
    assert long.number == "D23145890734" and all(long.checks.values())


@pytest.mark.parametrize(("birth", "expected"), [("260101", "2026-01-01"), ("270101", "1927-01-01")])
def test_birth_is_not_in_the_future(birth, expected):
    assert zone(td3("K5106821", birth=birth)).fields(today=date(2026, 5, 1))["date_of_birth"] == expected


def test_digit_in_a_name_is_a_misread_letter():
    lines = SPECIMENS["TD3"]
    (document,) = found(lines[0].replace("ERIKSSON", "ER1KSS0N"), lines[1])
    assert (document["mrz"], document["reasons"]) == (lines, ["look_alike_corrected"])


def test_look_alike_in_the_number_is_corrected_if_its_check_digits_prove_it():
    first = "I<ITAOF94010344<<<<<<<<<<<<<<<", "0311188F2912017ITA<<<<<<<<<<<6", "ESEMPIO<<ANNA<MARIA<<<<<<<<<<<"
    (document,) = found(first[0].replace("OF94", "0F94"), *first[1:])
    assert (document["number"], document["valid"]) == ("OF9401034", True)


@pytest.mark.parametrize("change", [3, -3, 1])
def test_wrong_count_of_fillers_at_the_end_of_the_names_is_corrected(change):
    lines = SPECIMENS["TD3"]
    first = lines[0] + "<" * change if change > 0 else lines[0][:change]
    (document,) = found(first, lines[1])
    assert document["mrz"] == lines


def test_second_reading_wins_if_its_check_digits_are_right():
    lines = SPECIMENS["TD3"]
    wrong = lines[1].replace("7408122", "7408127")
    second = find_documents(lines_of(lines[0], wrong), 1, frozenset({"mrz"}), None, lambda boxes, alphabet: lines)
    first = find_documents(lines_of(lines[0], wrong), 1, frozenset({"mrz"}), None, lambda boxes, alphabet: ["", ""])
    assert (second[0].valid, first[0].valid) == (True, False)


@pytest.mark.parametrize("name", SPECIMENS)
def test_any_wrong_check_digit_makes_the_zone_invalid(name):
    form = next(form for form in FORMATS if form.name == name)
    for line, start, _ in (place for place, _ in form.checks.values()):
        text = SPECIMENS[name][line]
        for digit in set("0123456789") - {text[start]}:
            changed = list(SPECIMENS[name])
            changed[line] = text[:start] + digit + text[start + 1 :]
            assert not any(document["valid"] for document in found(*changed)), (line, start, digit)


@settings(deadline=None)
@given(st.from_regex(r"[A-Z0-9]{9}", fullmatch=True), st.integers(1, 9))
def test_wrong_check_digit_of_any_number_is_never_valid(number, change):
    lines = td3(number)
    wrong = str((int(lines[1][9]) + change) % 10)
    assert zone(lines) and all(zone(lines).checks.values())
    assert not any(each["valid"] for each in found(lines[0], lines[1][:9] + wrong + lines[1][10:]))


def test_passport_takes_its_fields_from_a_valid_zone_on_its_page():
    lines = ["REPUBLIC OF INDIA", "Passport No. K5106821", "Surname", "M0CKWANI", *td3("K5106821")]
    documents = find_documents(lines_of(*lines), 1, frozenset({"ids"}))
    (passport,) = [each.as_dict() for each in documents]
    assert (passport["valid"], passport["checks"]) == (True, {"format": True, "mrz": True})
    assert (passport["fields"]["surname"], passport["fields"]["date_of_birth"]) == ("MOCKWANI", "1994-12-24")


def test_passport_whose_number_differs_from_its_zone_is_invalid():
    documents = find_documents(lines_of("Passport No. K5106822", *td3("K5106821")), 1, frozenset({"ids"}))
    assert (documents[0].valid, documents[0].all_reasons) == (False, ["mrz_failed"])


@pytest.mark.parametrize(
    "text", ["A << B << C", "x < y < z", "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "1234567890" * 4]
)
def test_other_text_is_no_zone(text):
    assert not any(document["valid"] for document in found(text, text))
