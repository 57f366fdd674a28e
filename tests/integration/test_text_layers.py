"""PDFs with text layers in the real service: the option `mode`, and real documents."""

import pymupdf
import pytest

from bench.metrics import character_error_rate
from tests.support.drawing import picture, scanned_pdf
from tests.support.engine import PROSE
from tests.support.pdfs import embedded, pdf_of, scan, shifted_mapping, two_columns, without_mapping, write

LIE = "The cheque is for ninety thousand dollars and is payable to the bearer of this very letter."


def pages(service, pdf, **options):
    return service.result_of(service.post("/ocr/pdf", pdf, "document.pdf", **options))["pages"]


def test_text_layer_of_a_digital_pdf_is_used_by_default(service):
    result = service.result_of(service.post("/ocr/pdf", pdf_of(two_columns), "paper.pdf"))
    (page,) = result["pages"]
    with pymupdf.open(stream=pdf_of(two_columns)) as document:
        layer = document[0].get_text()
    assert (page["source"], page["success"]) == ("text_layer", True)
    assert {line["confidence"] for line in page["lines"]} == {1.0}
    assert result["full_text"].split() == layer.split()


def test_each_mode_has_its_own_result_and_cache(service):
    pdf = pdf_of(lambda page: scan(page, "Signed by Alice", hidden=[LIE]))
    read = {mode: pages(service, pdf, mode=mode, dpi=100)[0] for mode in ("auto", "ocr", "text")}
    assert {mode: page["source"] for mode, page in read.items()} == {"auto": "ocr", "ocr": "ocr", "text": "text_layer"}
    assert {mode: page["text"] for mode, page in read.items()} == {
        "auto": "Signed by Alice",
        "ocr": "Signed by Alice",
        "text": LIE,
    }


def test_mode_text_returns_an_empty_page_for_a_scan(service):
    (page,) = pages(service, scanned_pdf("A scan"), mode="text")
    assert (page["text"], page["lines"], page["success"], page["source"]) == ("", [], True, "text_layer")


@pytest.mark.parametrize("change", [without_mapping, shifted_mapping])
def test_page_with_a_wrong_layer_is_recognized_instead(service, change):
    (page,) = pages(service, embedded(PROSE[:4], change), dpi=200)
    assert page["source"] == "ocr"
    assert character_error_rate(" ".join(PROSE[:4]), page["text"]) < 0.05


def test_short_correct_layer_is_used(service):
    (page,) = pages(service, pdf_of(lambda page: write(page, ["Appendix B", "Page 12 of 40"], size=14)))
    assert (page["source"], page["text"].split()) == ("text_layer", ["Appendix", "B", "Page", "12", "of", "40"])


def test_page_with_text_and_a_picture_is_complete(service):
    def draw(page):
        write(page, ["The receipt is attached below as a picture."])
        page.insert_image((72, 120, 472, 200), stream=picture("Oranges 76.25", width=500))
        write(page, ["It was paid in cash."], y=300)

    (page,) = pages(service, pdf_of(draw), detail="word")
    assert page["source"] == "text_layer"
    found = [line["text"] for line in page["lines"]]
    assert found == ["The receipt is attached below as a picture.", "Oranges 76.25", "It was paid in cash."]
    attached = page["lines"][1]
    assert 0.9 < attached["confidence"] < 1
    (left, top), _, (right, bottom), _ = attached["bbox"]
    assert 300 < left < right < 1967 and 500 < top < bottom < 834
    assert [word["text"] for word in attached["words"]] == ["Oranges", "76.25"]


@pytest.mark.parametrize(("rotation", "orientation"), [(0, 180), (180, 0)])
def test_scan_upside_down_is_turned_after_the_rotation_of_the_page(service, rotation, orientation):
    with pymupdf.open(stream=scanned_pdf("Scanned upside down")) as document:
        upright = document[0].get_pixmap(dpi=100).tobytes()
    turned = pymupdf.open()
    page = turned.new_page(width=576, height=144)
    page.insert_image(page.rect, stream=upright, rotate=180)
    page.set_rotation(rotation)
    (read,) = pages(service, turned.tobytes(), dpi=100)
    assert (read["text"], read["orientation"], read["source"]) == ("Scanned upside down", orientation, "ocr")
    assert (read["width"], read["height"]) == (800, 200)


def test_rotated_picture_is_read_upright_and_keeps_its_place_on_the_page(service):
    def draw(page):
        write(page, ["The receipt is attached below as a picture."])
        page.insert_image((72, 120, 152, 520), stream=picture("Oranges 76.25", width=500), rotate=90)

    (page,) = pages(service, pdf_of(draw))
    assert (page["source"], page["orientation"]) == ("text_layer", 0)
    assert [line["text"] for line in page["lines"]] == ["The receipt is attached below as a picture.", "Oranges 76.25"]
    (left, low), (_, high), (right, _), _ = page["lines"][1]["bbox"]
    assert 300 <= left < right <= 634 and 500 <= high < low <= 2167, "the line runs upwards, from its lower left corner"


def test_mode_text_of_an_image_is_rejected(service):
    response = service.post("/ocr/image", picture("Picture"), mode="text")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_option")
    assert "`mode`" in response.json()["detail"]
    assert service.post("/ocr/predict", picture("Picture"), mode="auto").json()["text"] == "Picture"


def test_digital_documents_keep_their_text_in_order(service, shared_data):
    for path in sorted((shared_data / "pdf_digital").glob("*.pdf")):
        with pymupdf.open(path) as document:
            layers = [page.get_text(flags=pymupdf.TEXT_MEDIABOX_CLIP) for page in document]
        found = pages(service, path.read_bytes(), mode="auto")
        usable = [layer.count("\ufffd") < 0.01 * len(layer) for layer in layers]
        for page, layer, good in zip(found, layers, usable, strict=True):
            # A layer with gaps is read by OCR, or kept with a warning if OCR cannot read its script.
            warned = "unreadable_script" in [warning["code"] for warning in page["warnings"]]
            assert (page["source"] == "text_layer") is (good or warned), (path.name, page["page"])
            # Logos and letterheads, which OCR adds, are not in the layer.
            written = "\n".join(line["text"] for line in page["lines"] if line["confidence"] == 1)
            assert not good or character_error_rate(layer, written) < 0.01, (path.name, page["page"])


def test_scans_are_recognized(service, shared_data):
    """All pages are pictures, except the last three of multi-page-mixed.pdf."""
    names = ["lorem-ipsum-scan.pdf", "multi-page-mixed.pdf", "3small.pdf"]
    found = {name: pages(service, (shared_data / "pdf_scanned" / name).read_bytes(), dpi=100) for name in names}
    sources = {name: [page["source"] for page in read] for name, read in found.items()}
    assert sources["lorem-ipsum-scan.pdf"] == ["ocr"]
    assert sources["multi-page-mixed.pdf"] == ["ocr"] * 3 + ["text_layer"] * 3
    assert sources["3small.pdf"] == ["ocr"] * 3


def test_layer_of_another_ocr_engine_is_not_used(service, shared_data):
    path = shared_data / "pdf_scanned" / "multipage.pdf"
    with pymupdf.open(path) as document:
        assert document[3].get_text().strip()
    (page,) = pages(service, path.read_bytes(), dpi=100, pages="4")
    assert page["source"] == "ocr"
