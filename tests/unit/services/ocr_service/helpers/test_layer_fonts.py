"""Proof of the characters of text layers by the names and shapes of glyphs."""

import string

import pymupdf
import pytest

from services.ocr_service.helpers import glyph_shapes, layer_fonts
from services.ocr_service.helpers.character_maps import codes_of_characters
from services.ocr_service.helpers.layer_fonts import FontProofs
from tests.support import wrong_maps
from tests.support.wrong_maps import as_letters, private, right, shifted, swapped

FONTS = ["helv", "heit", "hebo", "tiro", "tibi", "cour", "cjk"]
KINDS = {
    "composite": wrong_maps.invoice,
    "subset": wrong_maps.subset_invoice,
    "type 1": wrong_maps.type1,
    "type 3": wrong_maps.type3,
    "not embedded": wrong_maps.not_embedded,
}


def unproven(data, names=True):
    """Characters without proof of all fonts of the first page, asked for all that are used."""
    document = pymupdf.open(stream=data)
    proofs = FontProofs(document)
    used = {}
    for block in document[0].get_text("dict")["blocks"]:
        for span in (span for line in block["lines"] for span in line["spans"]):
            used.setdefault(span["font"], set()).update(filter(str.isalnum, span["text"]))
            used[span["font"]].update(char for char in span["text"] if "\ue000" <= char <= "\uf8ff")
    found = proofs.unproven(1, used)
    return {char for name, chars in found.items() for char in chars & used[name]}


@pytest.fixture
def nameless(monkeypatch):
    """Fonts have no names of glyphs, as in most PDFs of word processors."""
    monkeypatch.setattr(FontProofs, "_is_named", lambda *_: False)


@pytest.mark.parametrize("kind", KINDS)
def test_right_maps_are_proven(kind):
    assert unproven(KINDS[kind](right)) == set()


@pytest.mark.parametrize("font", FONTS)
def test_right_maps_are_proven_by_shape_without_names(font, nameless):
    assert unproven(wrong_maps.invoice(right, font)) == set()


@pytest.mark.parametrize("change", [shifted, swapped, as_letters, private])
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_maps_of_digits_are_not_proven(kind, change):
    if (kind, change) == ("type 3", private):
        pytest.skip("digits of seven segments look like icons; the gaps in numbers are found in the text")
    found = unproven(KINDS[kind](change))
    assert {change(digit) for digit in "69"} <= found


@pytest.mark.parametrize("change", [shifted, swapped, as_letters])
@pytest.mark.parametrize("font", FONTS)
def test_wrong_maps_of_digits_are_not_proven_by_shape(font, change, nameless):
    assert {change(digit) for digit in "69"} <= unproven(wrong_maps.invoice(change, font))


@pytest.mark.parametrize("target", ["f", "Ɵ", "Ō", "ƞ"])
def test_a_ligature_that_is_mapped_to_one_letter_is_not_proven(target):
    assert target in unproven(wrong_maps.ligatures(target))


def test_the_places_of_wrong_ligatures_are_found():
    data = wrong_maps.ligatures("f")
    document = pymupdf.open(stream=data)
    proofs = FontProofs(document)
    name = document[0].get_texttrace()[0]["font"]
    proofs.unproven(1, {name: {"f"}})
    lines = sorted({round(y) for _, y in proofs.places(1, {name: {"f"}})})
    assert len(lines) == 3, "the lines with ligatures, and not those with the letter f"


def test_a_confirmed_character_needs_no_proof():
    document = pymupdf.open(stream=wrong_maps.invoice(shifted))
    proofs = FontProofs(document)
    (name,) = {span["font"] for span in document[0].get_texttrace() if "Bold" in span["font"]}
    used = {name: set(string.digits)}
    wrong = proofs.unproven(1, used)
    proofs.confirm(wrong)
    assert wrong[name] >= set("0123456789") and not proofs.unproven(1, used)[name]


def test_a_font_is_examined_once(monkeypatch):
    examined = []
    look_like = layer_fonts.look_like
    monkeypatch.setattr(layer_fonts, "look_like", lambda *what: examined.append(what) or look_like(*what))
    document = pymupdf.open(stream=wrong_maps.invoice(right))
    proofs = FontProofs(document)
    (name,) = {span["font"] for span in document[0].get_texttrace() if "Bold" in span["font"]}
    for _ in range(3):
        proofs.unproven(1, {name: set(string.digits)})
    assert len(examined) == 1


def test_an_embedded_font_without_map_is_left_to_other_checks():
    document = pymupdf.open(stream=wrong_maps.invoice(right))
    xref, *_ = next(font for font in document[0].get_fonts() if font[4] == "F1")
    document.xref_set_key(xref, "ToUnicode", "null")
    names = {span["font"] for span in document[0].get_texttrace()}
    bold = next(name for name in names if "Bold" in name)
    assert bold not in FontProofs(document).unproven(1, {name: {"1"} for name in names})


def test_a_damaged_font_is_left_to_other_checks():
    document = pymupdf.open(stream=wrong_maps.invoice(right))
    xref, *_ = next(font for font in document[0].get_fonts() if font[4] == "F1")
    document.xref_set_key(xref, "DescendantFonts", "[null]")
    assert "NimbusSans-Bold" not in FontProofs(document).unproven(1, {"NimbusSans-Bold": {"1"}})


def test_maps_with_ranges_lists_and_several_characters_are_read():
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((50, 50), "x")
    font, mapping = page.get_fonts()[0][0], document.get_new_xref()
    document.update_object(mapping, "<<>>")
    document.update_stream(
        mapping,
        b"2 beginbfchar <01> <0041> <02> <00660069> endbfchar\n"
        b"2 beginbfrange <10> <12> <0030> <20> <21> [<0061> <0041>] endbfrange",
    )
    document.xref_set_key(font, "ToUnicode", f"{mapping} 0 R")
    assert codes_of_characters(document, font) == {"A": [1, 0x21], "0": [0x10], "1": [0x11], "2": [0x12], "a": [0x20]}


def test_icons_do_not_look_like_text():
    symbols = pymupdf.Font("zadb").this
    assert not glyph_shapes.look_like_text(symbols, range(10, 20))
    digits = [glyph_shapes._glyph_of(pymupdf.Font("heit").this, char) for char in string.digits]
    assert glyph_shapes.look_like_text(pymupdf.Font("heit").this, digits)
