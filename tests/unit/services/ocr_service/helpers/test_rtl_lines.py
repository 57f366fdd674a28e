"""Lines with right-to-left letters, stored in the order as seen and in the order as written.

The lines as seen, from left to right, were made with another implementation of Unicode Standard Annex 9 (python-bidi).
"""

import pytest

from tests.support.glyphs import MappedGlyphs
from tests.support.layers import visible_lines, visible_text

#: As read, and as seen from left to right.
LINES = {
    "חשבונית מספר 1234 לתשלום": "םולשתל 1234 רפסמ תינובשח",
    "סך הכל 560.00 ש״ח": "ח״ש 560.00 לכה ךס",
    "שלום (עולם) טוב": "בוט (םלוע) םולש",
    "מחיר ₪120 (כולל מע״מ)": "(מ״עמ ללוכ) ₪120 ריחמ",
    "טלפון 054-123 4567": "4567 054-123 ןופלט",
    "בתאריך 12/03/2024 בשעה 10:30": "10:30 העשב 12/03/2024 ךיראתב",
    "אני אוהב iPhone 15 Pro מאוד": "דואמ iPhone 15 Pro בהוא ינא",
    "רחוב הרצל 12, תל אביב": "ביבא לת ,12 לצרה בוחר",
    "التاريخ 2024-03-12 رقم 15": "15 مقر 12-03-2024 خيراتلا",
    "المبلغ 1,250.00 ريال": "لاير 1,250.00 غلبملا",
    "٢٠٢٤ عام ١٥٫٥": "١٥٫٥ ماع ٢٠٢٤",
    "The word שלום is here": "The word םולש is here",
    "Hello (שלום) world": "Hello (םולש) world",
}


def in_one_piece(seen):
    glyphs = MappedGlyphs()
    glyphs.draw(100, 700, list(seen))
    return glyphs


def word_by_word(seen):
    """The words from right to left, the letters of each from left to right."""
    glyphs, x, places = MappedGlyphs(), 100.0, []
    for word in seen.split():
        places.append((x, word))
        x += glyphs.width(word) + 4
    for x, word in reversed(places):
        glyphs.draw(x, 700, list(word))
    return glyphs


@pytest.mark.parametrize("draw", [in_one_piece, word_by_word])
@pytest.mark.parametrize("text", LINES)
def test_line_is_returned_in_the_order_in_which_it_is_read(tmp_path, text, draw):
    (line,) = visible_lines(tmp_path, draw(LINES[text]).pdf(), words=True)
    assert line.line.text == text
    assert [word.text for word in line.line.words] == text.split()


@pytest.mark.parametrize("text", ["שם הלקוח ישראל ישראלי", "قال (نعم) ثم ذهب"])
def test_letters_that_are_drawn_one_by_one_leftwards_keep_their_order(tmp_path, text):
    glyphs = MappedGlyphs()
    glyphs.draw_leftwards(400, 700, list(text.translate(str.maketrans("()", ")("))))
    assert visible_text(tmp_path, glyphs.pdf()) == [text]


def test_words_have_the_boxes_of_their_glyphs(tmp_path):
    glyphs = MappedGlyphs()
    end = glyphs.draw(100, 700, list("םולש 42 םלוע"))
    (line,) = visible_lines(tmp_path, glyphs.pdf(), words=True)
    assert [word.text for word in line.line.words] == ["עולם", "42", "שלום"]
    (first, _, last) = (word.polygon for word in line.line.words)
    assert first[1][0] == pytest.approx(end, abs=0.1) and last[0][0] == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize(
    ("glyphs", "text"),
    [
        (["م", "لا", "س", "ل", "ا"], "السلام"),
        (["ر", "ا", "ع", "س", "لأ", "ا"], "الأسعار"),
        (["ت", "لا", "ي", "ل", "ح", "ت"], "تحليلات"),
        (["د", "ج", "و", "ي", " ", "لا"], "لا يوجد"),
        (["م", "لإ", "س", "لا", "ا"], "الاسلإم"),
        (["هلل", "ا"], "اهلل"),
    ],
)
def test_letters_of_a_ligature_keep_their_order(tmp_path, glyphs, text):
    page = MappedGlyphs()
    page.draw(100, 700, glyphs)
    assert visible_text(tmp_path, page.pdf()) == [text]
    page = MappedGlyphs()
    page.draw_leftwards(400, 700, glyphs[::-1])
    assert visible_text(tmp_path, page.pdf()) == [text]


def test_cells_of_a_row_stay_apart(tmp_path):
    glyphs = MappedGlyphs()
    glyphs.draw(300, 700, list("ריחמ"))
    glyphs.draw(100, 700, list("תומכ"))
    assert visible_text(tmp_path, glyphs.pdf()) == ["מחיר", "כמות"]


def test_left_to_right_lines_of_the_page_are_not_changed(tmp_path):
    glyphs = MappedGlyphs()
    glyphs.draw(100, 700, list("םולש"))
    glyphs.draw(100, 660, list("Total (net) 12.50"))
    assert visible_text(tmp_path, glyphs.pdf()) == ["שלום", "Total (net) 12.50"]
