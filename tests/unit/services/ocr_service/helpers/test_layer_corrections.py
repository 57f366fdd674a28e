"""What a reader sees, not what the file says about it: clips, /ActualText, soft hyphens, symbol fonts."""

import pymupdf
import pytest

from tests.support.glyphs import MappedGlyphs, content_pdf
from tests.support.layers import visible_lines, visible_text


def text(content, mode=0, y=500, font="helv"):
    return f"BT /{font} 12 Tf {mode} Tr 1 0 0 1 72 {y} Tm ({content}) Tj ET "


RED = "1 0 0 rg 60 480 300 60 re f "
GRADIENT = "/Pattern cs /Gradient scn /Pattern CS /Gradient SCN "


@pytest.mark.parametrize("mode", [4, 5, 6, 7])
def test_text_through_which_something_is_painted_is_visible(tmp_path, mode):
    assert visible_text(tmp_path, content_pdf(f"q {text('Annual Report', mode)} {RED} Q")) == ["Annual Report"]


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_text_that_is_filled_or_stroked_with_a_gradient_is_visible(tmp_path, mode):
    assert visible_text(tmp_path, content_pdf(f"q {GRADIENT} {text('Annual Report', mode)} Q")) == ["Annual Report"]


def test_text_that_clips_a_gradient_is_visible(tmp_path):
    assert visible_text(tmp_path, content_pdf(f"q {text('Annual Report', 7)} /Gradient sh Q")) == ["Annual Report"]


def test_several_lines_of_one_clip_are_visible(tmp_path):
    content = "q BT /helv 12 Tf 7 Tr 72 500 Td (First) Tj 0 -14 Td (Second) Tj ET " + RED + "Q"
    assert visible_text(tmp_path, content_pdf(content)) == ["First", "Second"]


def test_clip_within_another_clip_is_visible(tmp_path):
    content = f"q 0 0 500 800 re W n q {text('Inner', 7)} q 10 10 500 800 re W n {RED} Q Q Q"
    assert visible_text(tmp_path, content_pdf(content)) == ["Inner"]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_clip_through_which_nothing_is_painted_is_hidden(tmp_path, rotation):
    content = f"q {text('Unpainted', 7)} Q q {text('Painted', 7, 520)} {RED} Q {text('Plain', 0, 540)}"
    pdf = content_pdf(content)
    with pymupdf.open(stream=pdf) as document:
        document[0].set_rotation(rotation)
        assert visible_text(tmp_path, document.tobytes()) == ["Painted", "Plain"]


def test_text_without_fill_or_stroke_stays_hidden(tmp_path):
    assert visible_text(tmp_path, content_pdf(text("Invisible", 3) + text("Visible", 0, 400))) == ["Visible"]


@pytest.mark.parametrize("actual", ["()", "(Old total 100.00)", "(New total 9)", "<feff00ad>", "( )"])
def test_glyphs_outrank_the_actual_text(tmp_path, actual):
    content = f"/Span <</ActualText {actual}>> BDC {text('New total 912.50')} EMC {text('Next', y=400)}"
    assert visible_text(tmp_path, content_pdf(content)) == ["New total 912.50", "Next"]


def test_hyphen_at_the_end_of_a_line_is_a_hyphen(tmp_path):
    content = (
        f"BT /helv 12 Tf 72 500 Td (well) Tj /Span <</ActualText <feff00ad>>> BDC (-) Tj EMC ET {text('known', y=486)}"
    )
    assert visible_text(tmp_path, content_pdf(content)) == ["well-", "known"]


def with_actual_text(glyphs, actual, following=()):
    page = MappedGlyphs()
    page.mark("ActualText <feff" + actual.encode("utf-16-be").hex() + ">")
    end = page.draw(100, 700, glyphs)
    page.mark(None)
    page.draw(end, 700, following)
    return page.pdf()


@pytest.mark.parametrize("glyphs", [["\ufffd"] * 7, ["\ue001", "\ue002", "m", "o", "u", "n", "t"]])
def test_actual_text_of_glyphs_without_a_meaning_is_used(tmp_path, glyphs):
    assert visible_text(tmp_path, with_actual_text(glyphs, "Amounts")) == ["Amounts"]


def test_actual_text_in_the_order_of_reading_is_used_for_indic_scripts(tmp_path):
    """The glyph of the vowel sign precedes the consonant after which it is written."""
    pdf = with_actual_text(["ि", "ह"], "हि", ["न", "्", "द", "ी"])
    assert visible_text(tmp_path, pdf) == ["हिन्दी"]


def test_actual_text_with_other_digits_is_not_used_for_indic_scripts(tmp_path):
    assert visible_text(tmp_path, with_actual_text(["क", "ु", "ल", "4", "2"], "कुल99")) == ["कुल42"]


def test_actual_text_with_the_same_letters_in_capitals_is_used(tmp_path):
    assert visible_text(tmp_path, with_actual_text(list("inTroduction"), "InTroduction")) == ["InTroduction"]


@pytest.mark.parametrize("actual", ["السلام والحترام", "السلام"])
def test_actual_text_that_only_lacks_letters_is_not_used(tmp_path, actual):
    page = MappedGlyphs()
    page.draw_leftwards(400, 700, list("السلام والاحترام"))
    with pymupdf.open(stream=page.pdf()) as document:
        (xref,) = document[0].get_contents()
        value = ("\ufeff" + actual).encode("utf-16-be").hex().encode()
        content = b"/Span <</ActualText <" + value + b">>> BDC " + document.xref_stream(xref) + b" EMC"
        document.update_stream(xref, content)
        assert visible_text(tmp_path, document.tobytes()) == ["السلام والاحترام"]


@pytest.mark.parametrize(
    "line", ["Balance -45.00", "Invoice 2024-0815 dated 2024-03-12", "Fax 0049-30-123457", "well-known", "end-"]
)
def test_soft_hyphen_that_is_drawn_is_a_hyphen(tmp_path, line):
    page = MappedGlyphs()
    page.draw(100, 700, list(line.replace("-", "\xad")))
    (found,) = visible_lines(tmp_path, page.pdf(), words=True)
    assert found.line.text == line
    assert [word.text for word in found.line.words] == line.split()


def test_soft_hyphen_that_is_not_drawn_is_dropped(tmp_path):
    """The second character of a glyph has no width."""
    page = MappedGlyphs()
    page.draw(100, 700, ["c", "o", "-\xad", "o", "p\xad", "s"])
    assert visible_text(tmp_path, page.pdf()) == ["co-ops"]


@pytest.mark.parametrize(("code", "symbol"), [("3", "✓"), ("4", "✔"), ("8", "✘"), ("n", "■"), ("l", "●"), ("o", "❏")])
def test_letters_of_dingbats_are_symbols(tmp_path, code, symbol):
    content = text(code, font="zadb") + text(f"Item {code}", y=400)
    assert visible_text(tmp_path, content_pdf(content)) == [symbol, f"Item {code}"]


@pytest.mark.parametrize(("code", "symbol"), [("3", "✓"), ("4", "✔"), ("8", "✘"), ("n", "■"), ("l", "●"), ("o", "❏")])
def test_glyphs_of_dingbats_with_their_own_encoding_are_symbols(tmp_path, code, symbol):
    """As most programs write them. MuPDF returns the numbers in the names of the glyphs."""
    content = text(code, font="zadb") + text(f"Item {code}", y=400)
    with pymupdf.open(stream=content_pdf(content)) as document:
        (xref,) = (font[0] for font in document[0].get_fonts() if font[3] == "ZapfDingbats")
        document.xref_set_key(xref, "Encoding", "null")
        assert visible_text(tmp_path, document.tobytes()) == [symbol, f"Item {code}"]


@pytest.mark.parametrize("code", range(0x1C, 0x20))
def test_control_code_of_a_glyph_is_a_gap_and_no_space(tmp_path, code):
    """In TeX's T1 encoding these codes are ligatures. Type 3 fonts name their glyphs by them: "a28"."""
    with pymupdf.open(stream=content_pdf(text("signiAer"))) as document:
        (xref,) = (font[0] for font in document[0].get_fonts() if font[3] == "Helvetica")
        document.xref_set_key(xref, "Encoding", f"<</BaseEncoding/WinAnsiEncoding/Differences[65/a{code}]>>")
        (line,) = visible_lines(tmp_path, document.tobytes(), words=True)
    assert line.line.text == "signi\ufffder"
    assert [word.text for word in line.line.words] == ["signi\ufffder"]


@pytest.mark.parametrize(
    ("code", "symbol"),
    [("\uf0fe", "☑"), ("\uf0a8", "☐"), ("\uf0fd", "☒"), ("\uf0fc", "✔"), ("\uf0b7", "•"), ("\uf06f", "☐")],
)
def test_private_characters_of_wingdings_are_symbols(tmp_path, code, symbol):
    page = MappedGlyphs()
    page.draw(100, 700, [code, " ", *"Yes"])
    assert visible_text(tmp_path, page.pdf()) == [f"{symbol} Yes"]
