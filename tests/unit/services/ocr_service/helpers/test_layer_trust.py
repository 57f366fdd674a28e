"""What speaks against a text layer, and how it is compared with the picture."""

import pytest

from paddleocr_service import Line
from services.ocr_service.helpers.layer_trust import Judge, reads_like_language, sample, says_the_same
from services.ocr_service.helpers.text_layer import LayerLine
from tests.support.engine import PROSE

ENGLISH = PROSE[0]
SHIFTED = "".join(chr(ord(char) + 1) if char.isalpha() else char for char in " ".join(PROSE[:3]))
OTHER_LANGUAGES = [
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
    "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi.",
    "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
    "人人生而自由,在尊严和权利上一律平等。",
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
]


def line(text, font="Body", y=0, **looks):
    box = (0.0, y, 10.0 * len(text), y + 10.0)
    polygon = ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3]))
    plain = {"hidden": False, "pale": False, "upright": True}
    return LayerLine(Line(text, 1.0, polygon), box, 0, ((font, text),), **{**plain, **looks})


def test_a_page_of_prose_is_trusted_without_a_look_at_its_picture():
    verdict = Judge().judge([line(text) for text in PROSE])
    assert verdict.trusted and not verdict.in_doubt


@pytest.mark.parametrize(
    "text",
    [
        "\ufffd" * 20,
        "The \ufffd\ufffd\ufffdbour master",
        "\ue041\ue042\ue043 ship",
        "Ha\x01bour ma\x02ter",
        "\U000f0854\U000f0855 ship",
    ],
)
def test_glyphs_that_stand_for_no_character_speak_against_a_layer(text):
    assert not Judge().judge([line(text), line(ENGLISH)]).trusted


def test_a_page_without_text_has_nothing_to_trust():
    assert not Judge().judge([]).trusted


def test_signs_of_an_icon_font_on_lines_of_their_own_do_no_harm():
    icons = [line("\ufffd\ufffd", "Icons") for _ in range(4)]
    assert Judge().judge([line(ENGLISH), *icons]).trusted


def test_one_unmapped_glyph_on_a_full_page_does_no_harm():
    assert Judge().judge([*map(line, PROSE), line("E = \ufffd m")]).trusted


@pytest.mark.parametrize("text", [*PROSE, *OTHER_LANGUAGES])
def test_the_languages_of_the_world_read_like_languages(text):
    assert reads_like_language(text)


@pytest.mark.parametrize("text", [SHIFTED, "5IF IBSCPVS NBTUFS XSPUF EPXO FWFSZ TIJQ UIBU DBNF JO", "ξЖשaक" * 10])
def test_a_cipher_does_not(text):
    assert reads_like_language(text) is False


@pytest.mark.parametrize("text", ["Invoice", "12 345.67", "", "-" * 100])
def test_too_few_letters_tell_nothing(text):
    assert reads_like_language(text) is None


def test_a_font_that_reads_like_no_language_is_in_doubt_with_its_lines_alone():
    cipher = line(SHIFTED, "Cipher")
    verdict = Judge().judge([line(ENGLISH), line(ENGLISH), cipher])
    assert (verdict.trusted, verdict.in_doubt) == (True, (cipher,))


def test_a_few_words_of_a_strange_font_are_let_pass():
    formula = line("xij qkz wvx bjk pqz hgf wxz vbk", "Symbols")
    assert not Judge().judge([*map(line, PROSE), formula]).in_doubt


def test_a_page_of_few_words_is_in_doubt_but_not_where_its_fonts_are_known():
    judge, short = Judge(), line("Appendix B")
    assert judge.judge([short]).in_doubt == (short,)
    judge.judge(list(map(line, PROSE)))
    assert not judge.judge([short]).in_doubt


def test_a_font_found_honest_on_one_page_is_not_believed_when_it_lies_on_another():
    judge = Judge()
    judge.judge(list(map(line, PROSE)))
    assert judge.judge([line(SHIFTED)]).in_doubt


def test_what_was_compared_with_the_picture_is_not_compared_again():
    judge, codes = Judge(), [line("xqz kwj vvb " * 9)]
    judge.believe(judge.judge(codes).in_doubt)
    assert judge.judge(codes).trusted and not judge.judge(codes).in_doubt


def test_white_text_is_in_doubt_where_there_is_much_of_it():
    white = line(ENGLISH, pale=True)
    assert Judge().judge([line(ENGLISH), white]).in_doubt == (white,)
    assert not Judge().judge([*map(line, PROSE), line("Total", pale=True)]).in_doubt


def test_a_sample_is_of_upright_lines_the_longest_first_one_of_each_font():
    lines = [line("a" * 30), line("a" * 20), line("b", "Other"), line("c" * 99, "Sideways", upright=False)]
    assert [len(one.line.text) for one in sample(lines)] == [30, 1, 20]
    assert sample(lines[3:]) == []


@pytest.mark.parametrize(
    ("layer", "picture", "same"),
    [
        (ENGLISH, ENGLISH.replace("harbour", "harb0ur").replace(",", ""), True),
        ("Total: 12.50", "TOTAL 12,50", True),
        ("The ﬁrst ﬂower", "The first flower", True),
        (ENGLISH, SHIFTED, False),
        (ENGLISH, PROSE[1], False),
        (ENGLISH, "", False),
        ("Pay to Alice", "Pay to Robert", False),
    ],
)
def test_a_layer_and_its_picture_agree_but_for_small_errors(layer, picture, same):
    assert says_the_same(layer, picture) is same
