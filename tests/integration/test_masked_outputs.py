"""What a masked job creates is read again by the engine: the numbers are gone, and the rest is still there."""

import io
import re
from dataclasses import replace

import numpy as np
import pymupdf
import pytest
from PIL import Image

from paddleocr_service import OCREngine, read_document
from services.exports import outputs
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions
from tests.integration.test_documents import CARD, card
from tests.support.barcodes import drawn
from tests.support.exports import FakeResult, everything_in

#: Narrow and wide letters before the number: its place in the line cannot be computed from the number of characters.
AADHAAR = ("Government of India", "Little lilting fill: Aadhaar no 3663 6024 8814", "WOMAN MAMMOTH UID: 3663 6024 8814")
OPTIONS = DocumentOptions("en", 150, mask="all", outputs="pdf")


@pytest.fixture(scope="module")
def engine():
    return OCREngine(lang="en")


def with_code(page, degrees=0):
    """A card with a code that has the number, turned."""
    code = drawn("QRCode", '<PrintLetterBarcodeData uid="366360248814"/>', module=4)
    large = Image.new("RGB", (page.width + code.shape[1], max(page.height, code.shape[0])), "white")
    large.paste(page)
    large.paste(Image.fromarray(code), (page.width, 0))
    return large.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)


def file_of(kind, picture, lines):
    file = io.BytesIO()
    if kind != "pdf":
        picture.save(file, kind)
        return file.getvalue()
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=600, height=600)
        for number, line in enumerate(lines):
            page.insert_text((40, 40 + 30 * number), line, fontname="tiro", fontsize=14)
        picture.save(file, "PNG")
        page.insert_image((40, 300, 560, 560), stream=file.getvalue())
        return pdf.tobytes()


def masked(engine, folder, name, source, kind):
    """The created file, and a picture of its page."""
    (folder / "source").write_bytes(source)
    with OCRService(engine, 10**8).open(folder / "source", kind, replace(OPTIONS, outputs=name)) as document:
        page = document.recognize(1)
    with open(folder / "out", "w+b") as out:
        outputs.create(name, folder / "source", FakeResult([page]), out, masked=True)
    return folder / "out", Image.open(io.BytesIO(outputs.draw(folder / "out", 1, max(page["width"], page["height"]))))


def plain(text):
    return re.sub(r"\W", "", text)


@pytest.mark.parametrize(
    ("kind", "name"), [("PNG", "pdf"), ("JPEG", "annotated"), ("pdf", "pdf"), ("pdf", "annotated")]
)
def test_numbers_cannot_be_read_again(engine, tmp_path, kind, name):
    source = file_of(kind, with_code(card(*AADHAAR, size=30)), AADHAAR)
    path, picture = masked(engine, tmp_path, name, source, "pdf" if kind == "pdf" else "image")
    assert not re.search(rb"3663\W*6024", everything_in(path))
    picture.save(tmp_path / "again.png")
    read = read_document(tmp_path / "again.png", engine=engine, extract="all")
    text = plain(read["text"])
    assert "3663" not in text and "6024" not in text and "Government" in text and "8814" in text
    assert [each for each in read["documents"] if each["type"] == "barcode"] == []


@pytest.mark.parametrize("degrees", [90, 180, 270, 4])
def test_turned_documents_are_found_and_painted_like_upright_ones(engine, tmp_path, degrees):
    page = with_code(card(*CARD, size=30), degrees)
    page.save(tmp_path / "turned.png")
    found = read_document(tmp_path / "turned.png", engine=engine, extract="all")["documents"]
    assert sorted((each["type"], each["valid"]) for each in found) == [("barcode", True), ("pan", True)]
    _, picture = masked(engine, tmp_path, "pdf", (tmp_path / "turned.png").read_bytes(), "image")
    again = plain(" ".join(line.text for line in engine.recognize(np.asarray(picture.convert("RGB"))).lines))
    assert "GMNPU" not in again and "SUNITAUDAHARAN" in again
