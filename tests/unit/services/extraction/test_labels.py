"""Labels and their values."""

import pytest

from services.extraction.dates import dates_in
from services.extraction.labels import labelled_fields, name_in, sex_in
from services.extraction.page_lines import page_lines
from tests.support.identity import box, lines_of


def fields(*texts):
    return labelled_fields(page_lines(lines_of(*texts)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11/05/1993", "1993-05-11"),
        ("11-05-1993", "1993-05-11"),
        ("11.05.1993", "1993-05-11"),
        ("11 05 1993", "1993-05-11"),
        ("1993-05-11", "1993-05-11"),
        ("11 MAY 1993", "1993-05-11"),
        ("11-May-1993", "1993-05-11"),
        ("11th May, 1993", "1993-05-11"),
    ],
)
def test_date_becomes_iso(text, expected):
    assert dates_in(f"DOB: {text} M") == [expected]


@pytest.mark.parametrize("text", ["31/02/1993", "11/13/1993", "11/05/93", "111/05/1993", "1234.00"])
def test_impossible_date_is_left_out(text):
    assert dates_in(text) == []


@pytest.mark.parametrize(
    "label", ["DOB", "D.O.B.", "Date of Birth", "Birth Date", "जन्म तिथि", "जन्म तिथि / DOB", "Born", "DATE OF BIRTH"]
)
@pytest.mark.parametrize("layout", ["{} : 11/05/1993", "{} 11/05/1993", "{}\n11/05/1993"])
def test_date_of_birth_is_found_by_its_label(label, layout):
    assert fields(*layout.format(label).split("\n"))["date_of_birth"] == "1993-05-11"


@pytest.mark.parametrize("label", ["Valid Till", "Valid Upto", "Valid To", "Date of Expiry", "Expiry Date", "Expires"])
def test_date_of_expiry_is_found_by_its_label(label):
    assert fields("DOB 01/02/1980", f"{label}: 14/12/2035") == {
        "date_of_birth": "1980-02-01",
        "date_of_expiry": "2035-12-14",
    }


def test_values_are_found_below_a_row_of_labels():
    found = fields("Nationality / Sex / Date of Birth", "INDIAN  M  24/12/1994")
    assert found == {"nationality": "IND", "sex": "M", "date_of_birth": "1994-12-24"}


def test_value_to_the_right_is_in_the_same_row_on_a_slanted_page():
    lines = []
    for row, (label, value) in enumerate([("Name", ": ASHA KAPDEV"), ("S/D/W of", ": GEETA KAPDEV"), ("BG", ": AB+")]):
        y = 100 + 60 * row
        lines.append({"text": label, "confidence": 0.9, "bbox": box(100, y, 80, 24)})
        top = y - 20  # 250 pixels to the right, on a page that rises by 5 degrees
        slanted = [[350, top], [600, top - 22], [600, top + 2], [350, top + 24]]
        lines.append({"text": value, "confidence": 0.9, "bbox": slanted})
    found = labelled_fields(page_lines(lines))
    assert (found["name"], found["relative"]) == ("ASHA KAPDEV", "GEETA KAPDEV")


def test_name_of_the_father_is_not_the_name():
    assert fields("Father's Name", "RAVI UDAHARAN", "Name", "SUNITA UDAHARAN")["name"] == "SUNITA UDAHARAN"


def test_name_without_a_label_is_above_the_date_of_birth():
    found = fields("Government of India", "Harish Udaharan", "DOB: 11/05/1993", "MALE")
    assert (found["name"], found["sex"]) == ("Harish Udaharan", "M")


def test_old_tax_card_prints_holder_father_and_date_of_birth_without_labels():
    found = fields("INCOME TAX DEPARTMENT", "SUNITA UDAHARAN", "RAVI UDAHARAN", "08/09/1983")
    assert found == {"name": "SUNITA UDAHARAN", "date_of_birth": "1983-09-08"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("MALE", "M"), ("/ FEMALE", "F"), ("Sex: F", "F"), ("महिला", "F"), ("M/S TRADERS", None), ("MALEGAON", None)],
)
def test_sex(text, expected):
    assert sex_in(text) == expected


@pytest.mark.parametrize("text", ["Government of India", "Date of Birth", "12 Main Street", "A+", ""])
def test_heading_or_label_is_no_name(text):
    assert name_in(text) is None
