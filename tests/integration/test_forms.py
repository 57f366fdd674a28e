"""A form through the real service: its values, its fields, and the description of both."""

import pytest

from tests.support.drawing import scanned_pdf
from tests.support.forms import form_of, questions, raw_form
from tests.support.openapi import Description

TYPES = ("/T(t)/FT/Tx/F 4/V(Ada)", "/T(b)/FT/Btn/F 4/AS/On", "/T(n)/FT/Tx/F 4", "/T(s)/FT/Sig/F 4")


@pytest.mark.parametrize("mode", ["auto", "ocr", "text"])
def test_result_of_a_form_matches_its_description(service, mode):
    path = "/ocr/predict"
    response = service.post(path, raw_form(*TYPES), "form.pdf", mode=mode, wait=60)
    Description(service.get("/openapi.json").json()).check("post", path, 200, "application/json", response.json())
    (page,) = response.json()["pages"]
    assert [field["value"] for field in page["fields"]] == ["Ada", True, None, None]
    assert page["text"].split()[:3] == ["A", "form", "Ada"]


def test_check_boxes_are_in_the_text(service):
    (page,) = service.result_of(service.post("/ocr/pdf", form_of(questions), "form.pdf"))["pages"]
    rows = [row for row in page["text"].split("\n") if row]
    assert rows[1:3] == ["The room was clean ☑ ☐ ☐ ☐", "The staff was friendly ☐ ☐ ☑ ☐"]


def test_page_that_is_not_read_has_a_warning(service):
    path = "/ocr/pdf"
    response = service.post(path, scanned_pdf("A scan"), "scan.pdf", mode="text", wait=60)
    Description(service.get("/openapi.json").json()).check("post", path, 200, "application/json", response.json())
    (page,) = response.json()["pages"]
    assert (page["text"], [warning["code"] for warning in page["warnings"]]) == ("", ["no_text_found"])
