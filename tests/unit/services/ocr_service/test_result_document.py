"""The result document of a job, and the limits of a page and of a job."""

import json
from dataclasses import replace

import pytest

from paddleocr_service import EngineInfo
from services.errors import CorruptFile, ResultTooLarge
from services.ocr_service import result_document, result_limits
from services.ocr_service.options import DocumentOptions
from services.ocr_service.result_document import ResultDocument, failed_page
from services.ocr_service.result_limits import LIMITS, ResultLimits, page_as_json

OPTIONS = DocumentOptions(lang="en", dpi=300)
ENGINE = EngineInfo("PaddleOCR", "openvino", ("model",))


def page(number, text, success=True):
    return {"page": number, "text": text, "lines": [], "success": success, "width": 1, "height": 2}


def result_of(pages, kind):
    document = ResultDocument(kind, len(pages), ENGINE, OPTIONS, 0.5)
    return json.loads(b"".join(document.parts(pages)) + b"}")


def test_the_result_of_an_image_is_its_only_page():
    result = result_of([page(1, "hello")], "image")
    assert (result["text"], result["width"], result["height"], result["success"]) == ("hello", 1, 2, True)
    assert result["blocks"] == [], "absent in pages stored by an older version"
    assert "pages" not in result and "processing_dpi" not in result


def test_the_frames_of_an_image_are_pages():
    result = result_of([page(1, "one"), page(2, "two")], "image")
    assert [each["text"] for each in result["pages"]] == ["one", "two"]
    assert "processing_dpi" not in result


def test_the_text_of_a_document_omits_failed_pages():
    pages = [page(1, "one"), failed_page(2, CorruptFile("bad")), page(3, "three")]
    result = result_of(pages, "pdf")
    assert (result["full_text"], result["total_pages"], result["processing_dpi"]) == ("one\n\nthree", 3, 300)
    assert result["success"]
    assert not result_of([pages[1]], "pdf")["success"]


def test_pages_beyond_the_limit_of_a_job_fail_alone(monkeypatch):
    monkeypatch.setattr(result_document, "LIMITS", ResultLimits(job_bytes=5000))
    result = result_of([page(1, "a" * 3000), page(2, "b" * 3000), page(3, "c")], "pdf")
    assert [each["success"] for each in result["pages"]] == [True, False, True]
    assert result["pages"][1]["error"]["code"] == "result_too_large"
    assert result["full_text"] == "a" * 3000 + "\n\nc"


@pytest.mark.parametrize(
    "large",
    [
        {"text": "a" * (LIMITS.page_characters + 1)},
        {"lines": [{}] * (LIMITS.page_lines + 1)},
        {"fields": [{"value": "\x01" * LIMITS.page_bytes}]},
    ],
    ids=["characters", "lines", "bytes"],
)
def test_a_page_above_a_limit_is_an_error(large):
    with pytest.raises(ResultTooLarge):
        page_as_json({**page(1, ""), **large})
    assert json.loads(page_as_json(page(1, "small")))["text"] == "small"
    assert result_limits.LIMITS.page_bytes < LIMITS.job_bytes


@pytest.mark.parametrize("kind", ["image", "pdf"])
def test_documents_of_all_pages_are_listed_together_if_the_job_extracts_them(kind):
    def found():
        pages = [{**page(number, "one"), "documents": [{"page": number}]} for number in (1, 2)]
        return pages[:1] if kind == "image" else pages

    extracting = ResultDocument(kind, len(found()), ENGINE, replace(OPTIONS, extract="ids"), 0.5)
    result = json.loads(b"".join(extracting.parts(found())) + b"}")
    assert result["documents"] == [{"page": 1}] if kind == "image" else [{"page": 1}, {"page": 2}]
    assert not any("documents" in each for each in result.get("pages", []))
    assert "documents" not in result_of(found(), kind)
