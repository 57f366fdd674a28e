"""Documents on drawn pages, with the bundled models, on the command line and as a library."""

import json

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service import OCREngine, read_document
from paddleocr_service.__main__ import main
from services.extraction.mrz.formats import ALPHABET
from tests.support.barcodes import drawn
from tests.support.identity import td3

CARD = ("INCOME TAX DEPARTMENT", "Permanent Account Number", "GMNPU7045L", "Name", "SUNITA UDAHARAN", "08/09/1983")


@pytest.fixture(scope="module")
def engine():
    return OCREngine(lang="en")


def card(*lines, size=40):
    """A page (H, W, 3) with these lines."""
    page = Image.new("RGB", (1300, 120 + 2 * size * len(lines)), "white")
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((60, 60 + 2 * size * number), line, "black", ImageFont.load_default(size))
    return page


def read_file(path, engine, **options):
    return read_document(path, engine=engine, dpi=150, **options)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 4, -5])
def test_turned_card_gives_the_same_document(engine, tmp_path, degrees):
    card(*CARD).rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC).save(
        tmp_path / "a.png"
    )
    (document,) = read_file(tmp_path / "a.png", engine, extract="ids")["documents"]
    assert (document["type"], document["number"], document["valid"]) == ("pan", "GMNPU7045L", True)
    assert document["fields"] == {"name": "SUNITA UDAHARAN", "date_of_birth": "1983-09-08"}


def test_zone_is_read_with_its_alphabet(engine):
    lines = td3("K5106821")
    page = card(*lines, size=26)
    boxes = [((55, 55 + 52 * row), (1250, 55 + 52 * row), (1250, 95 + 52 * row), (55, 95 + 52 * row)) for row in (0, 1)]
    texts = engine.read_codes(np.asarray(page), boxes, ALPHABET)
    assert set("".join(texts)) <= set(ALPHABET)
    assert texts[1].startswith("K5106821<")
    digits = engine.read_codes(np.asarray(page), boxes, "0123456789")
    assert all(text.isdigit() for text in digits)


def pdf(path, *lines, picture=None):
    with pymupdf.open() as document:
        page = document.new_page(width=600, height=400)
        for number, line in enumerate(lines):
            page.insert_text((40, 40 + 20 * number), line)
        if picture is not None:
            pixels = pymupdf.Pixmap(pymupdf.csRGB, picture.shape[1], picture.shape[0], picture.tobytes(), False)
            page.insert_image(pymupdf.Rect(250, 150, 550, 390), pixmap=pixels)
        document.save(path)
    return path


def test_documents_and_barcodes_of_a_pdf_with_a_text_layer(engine, tmp_path):
    path = pdf(tmp_path / "a.pdf", *CARD, "Hello", picture=drawn("QRCode", "ONE", module=6))
    result = read_file(path, engine, extract="ids,mrz,barcodes")
    assert [(each["type"], each["number"]) for each in result["documents"]] == [
        ("pan", "GMNPU7045L"),
        ("barcode", "ONE"),
    ]
    assert result["pages"][0]["source"] == "text_layer"


def test_form_field_and_text_of_a_pdf_are_hidden(engine, tmp_path):
    path = tmp_path / "form.pdf"
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((40, 40), "Aadhaar no: 3663 6024 8814")
        widget = pymupdf.Widget()
        widget.field_type, widget.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, "aadhaar"
        widget.field_value, widget.rect = "3663 6024 8814", pymupdf.Rect(40, 60, 300, 90)
        page.add_widget(widget)
        document.save(path)
    result = json.dumps(read_file(path, engine, mask="all"))
    assert "3663" not in result and "XXXX XXXX" in result
    assert "3663 6024 8814" in json.dumps(read_file(path, engine))


def test_command_line_hides_numbers(tmp_path, capsys):
    card(*CARD).save(tmp_path / "a.png")
    assert main([str(tmp_path / "a.png"), "--json", "--extract", "ids", "--mask", "pan"]) == 0
    output = capsys.readouterr().out
    (document,) = json.loads(output)["documents"]
    assert (document["number"], document["masked"]) == ("X" * 10, True) and "GMNPU" not in output


def test_command_line_reports_a_bad_file(tmp_path, capsys):
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert main([str(tmp_path / "a.png")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
