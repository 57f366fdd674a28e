"""A redacted PDF in the real service: what a reader does not see is returned only in `mode=text`."""

import pytest

from tests.support.engine import PROSE, wrap_text
from tests.support.pdfs import pdf_of, write

LINE = "The witness is called Robert Sample and lives at 4 Mill Lane."


def redacted(page):
    write(page, wrap_text(" ".join(PROSE), 11, 440)[:5])
    page.insert_text((72, 320), LINE, fontsize=11)
    (place,) = page.search_for("Robert Sample")
    page.draw_rect(place, color=None, fill=(0, 0, 0))


@pytest.mark.parametrize("detail", ["line", "word"])
def test_redacted_text_is_left_out_with_a_warning(service, detail):
    result = service.result_of(service.post("/ocr/pdf", pdf_of(redacted), "redacted.pdf", detail=detail))
    (page,) = result["pages"]
    assert page["source"] == "text_layer"
    assert "The witness is called and lives at 4 Mill Lane." in page["text"]
    assert "Robert" not in str(result) and "Sample" not in str(result)
    (warning,) = page["warnings"]
    assert (warning["code"], warning["detail"][:13]) == ("hidden_text", "Left out: 13 ")


def test_mode_text_returns_the_whole_layer(service):
    (page,) = service.result_of(service.post("/ocr/pdf", pdf_of(redacted), "redacted.pdf", mode="text"))["pages"]
    assert LINE in page["text"] and page["warnings"] == []
