"""Accents that are glyphs of their own are joined with the letter below them."""

import pymupdf
import pytest

from tests.support.glyphs import MappedGlyphs, content_pdf
from tests.support.layers import visible_lines, visible_text

HELVETICA = pymupdf.Font("helv")


def accented(pieces, raised=0.0, after=False, size=12):
    """Text with accents over letters: a piece of two characters is an accent and its letter, as TeX draws them."""
    x, content = 72.0, f"BT /helv {size} Tf "
    for piece in pieces:
        letters = piece[-1] if piece[0] in "\xa8\xb4`^~\xb8\xaf\xb0" and len(piece) == 2 else piece
        width = HELVETICA.text_length(letters, size)
        drawn = [f"1 0 0 1 {x} 500 Tm ({letters}) Tj "]
        if letters != piece:
            over = x + (width - HELVETICA.text_length(piece[0], size)) / 2
            drawn.insert(len(drawn) if after else 0, f"1 0 0 1 {over} {500 + raised} Tm ({piece[0]}) Tj ")
        content += "".join(drawn)
        x += width
    return content_pdf(content + "ET")


LINES = {
    "Prüfung für Köche": ["Pr", "\xa8u", "fung f", "\xa8u", "r K", "\xa8o", "che"],
    "prélevée à Nîmes": ["pr", "\xb4e", "lev", "\xb4e", "e ", "`a", " N", "^i", "mes"],
    "El niño está": ["El ni", "~n", "o est", "\xb4a"],
    "Besançon façade": ["Besan", "\xb8c", "on fa", "\xb8c", "ade"],
    "Ångström": ["\xb0A", "ngstr", "\xa8o", "m"],
    "ānanda": ["\xafa", "nanda"],
}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("text", LINES)
def test_accent_is_joined_with_its_letter(tmp_path, text, after):
    (line,) = visible_lines(tmp_path, accented(LINES[text], after=after), words=True)
    assert line.line.text == text
    assert [word.text for word in line.line.words] == text.split()


@pytest.mark.parametrize("raised", [1.5, 3.0])
def test_accent_that_is_raised_over_a_capital_is_joined(tmp_path, raised):
    pdf = accented(["Die ", "\xa8U", "bung in ", "\xb4E", "vian"], raised=raised)
    assert visible_text(tmp_path, pdf) == ["Die Übung in Évian"]


@pytest.mark.parametrize(
    ("glyphs", "text"), [("ˇc", "č"), ("˚a", "å"), ("´ı", "í"), ("˝o", "ő"), ("˘a", "ă"), ("˙z", "ż")]
)
def test_accents_outside_of_latin_1_are_joined(tmp_path, glyphs, text):
    page = MappedGlyphs()
    x = page.draw(100, 700, ["S", "t", "e"])
    accent, letter = glyphs
    shift = (page.width([letter]) - page.width([accent])) / 2
    page.draw(x + shift, 700, [accent])
    page.draw(x, 700, [letter])
    assert visible_text(tmp_path, page.pdf()) == [f"Ste{text}"]


@pytest.mark.parametrize("text", ["x^2 + y^2", "a ~b ~/bin", "`ls` `a`", "20 \xb0C 5\xb0a", "d\xb4Art", "O`a", "a^b~c"])
def test_accents_that_stand_alone_stay(tmp_path, text):
    for font in ("helv", "cour"):
        assert visible_text(tmp_path, content_pdf(f"BT /{font} 12 Tf 72 500 Td ({text}) Tj ET")) == [text]
