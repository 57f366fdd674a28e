"""Searchable PDFs as other programs read them: poppler's pdftotext and pdfinfo, and qpdf."""

import re

import pytest

from tests.support.exports import overlap, pdftotext, poppler_words, run_tool, scan_pdf
from tests.support.searchable import CASES, searchable


@pytest.fixture(params=CASES)
def case(request, tmp_path):
    """A case and the path of its PDF."""
    path = tmp_path / "out.pdf"
    path.write_bytes(CASES[request.param].pdf)
    return CASES[request.param], path


def test_pdftotext_finds_each_word_at_its_place(case):
    expected, path = case
    found = dict(poppler_words(path))
    # What is written from right to left is returned as it is drawn.
    assert set(found) == {text[::-1] if text == "مرحبا" else text for text, _ in expected.words}
    for text, box in expected.words:
        place = found.get(text) or found[text[::-1]]
        shares = [edge / side for edge, side in zip(place, expected.size * 2, strict=True)]
        assert overlap(shares, expected.share(box)) > 0.8, text


def test_pdftotext_returns_the_words_in_reading_order(case):
    expected, path = case
    assert pdftotext(path).replace("\u202b", "").replace("\u202c", "").split() == [text for text, _ in expected.words]


def test_pdfinfo_reports_the_page(case):
    expected, path = case
    shown = run_tool("pdfinfo", "poppler-utils", str(path))
    width, height = map(float, re.search(r"Page size: *([\d.]+) x ([\d.]+)", shown).groups())
    turn = int(re.search(r"Page rot: *(\d+)", shown)[1])
    assert sorted((width, height)) == sorted(expected.size)
    assert ((width, height) if turn % 180 == 0 else (height, width)) == expected.size
    assert "Pages:           1" in shown


def test_qpdf_reports_no_fault(case):
    _, path = case
    assert "No syntax or stream encoding errors found" in run_tool("qpdf", "qpdf", "--check", str(path))


def test_fonts_are_embedded_and_have_their_characters(tmp_path):
    path = tmp_path / "out.pdf"
    path.write_bytes(searchable(scan_pdf(), CASES["scripts"].page))
    (font,) = run_tool("pdffonts", "poppler-utils", str(path)).splitlines()[2:]
    assert font.startswith("GlyphLess") and "CID TrueType" in font
    assert re.findall(r" (yes|no)\b", font) == ["yes", "no", "yes"], "embedded, no subset, characters"
