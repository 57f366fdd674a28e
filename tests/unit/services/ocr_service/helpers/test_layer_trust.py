"""Trust in text layers: checks of the text, and comparison with OCR."""

import pytest

from paddleocr_service import Line
from services.ocr_service.helpers.layer_comparison import same_text, sample
from services.ocr_service.helpers.layer_language import reads_like_language
from services.ocr_service.helpers.layer_trust import TrustChecker
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


def line(text, font="Body", y=0, **flags):
    box = (0.0, y, 10.0 * len(text), y + 10.0)
    polygon = ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3]))
    defaults = {"hidden": False, "upright": True}
    return LayerLine(Line(text, 1.0, polygon), box, 0, ((font, text),), **{**defaults, **flags})


def test_a_page_of_prose_is_trusted_without_ocr():
    verdict = TrustChecker().check([line(text) for text in PROSE])
    assert verdict.trusted and not verdict.doubtful


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
def test_unmapped_characters_make_a_layer_untrusted(text):
    assert not TrustChecker().check([line(text), line(ENGLISH)]).trusted


def test_a_page_without_text_is_not_trusted():
    assert not TrustChecker().check([]).trusted


def test_icons_on_lines_of_their_own_do_not_count():
    icons = [line("\ufffd\ufffd", "Icons") for _ in range(4)]
    assert TrustChecker().check([line(ENGLISH), *icons]).trusted


def test_one_unmapped_character_on_a_full_page_does_not_count():
    assert TrustChecker().check([*map(line, PROSE), line("E = \ufffd m")]).trusted


@pytest.mark.parametrize("text", [*PROSE, *OTHER_LANGUAGES])
def test_real_languages_are_recognised_as_such(text):
    assert reads_like_language(text)


@pytest.mark.parametrize("text", [SHIFTED, "5IF IBSCPVS NBTUFS XSPUF EPXO FWFSZ TIJQ UIBU DBNF JO", "ξЖשaक" * 10])
def test_a_cipher_is_not_a_language(text):
    assert reads_like_language(text) is False


@pytest.mark.parametrize("text", ["Invoice", "12 345.67", "", "-" * 100])
def test_too_few_letters_give_no_answer(text):
    assert reads_like_language(text) is None


def test_only_the_lines_of_an_implausible_font_are_doubtful():
    cipher = line(SHIFTED, "Cipher")
    verdict = TrustChecker().check([line(ENGLISH), line(ENGLISH), cipher])
    assert (verdict.trusted, verdict.doubtful) == (True, (cipher,))


def test_a_few_words_in_an_implausible_font_are_ignored():
    formula = line("xij qkz wvx bjk pqz hgf wxz vbk", "Symbols")
    assert not TrustChecker().check([*map(line, PROSE), formula]).doubtful


def test_a_page_of_few_words_is_doubtful_unless_its_fonts_are_known():
    checker, short = TrustChecker(), line("Appendix B")
    assert checker.check([short]).doubtful == (short,)
    checker.check(list(map(line, PROSE)))
    assert not checker.check([short]).doubtful


def test_a_plausible_font_is_checked_again_on_the_next_page():
    checker = TrustChecker()
    checker.check(list(map(line, PROSE)))
    assert checker.check([line(SHIFTED)]).doubtful


def test_a_confirmed_font_is_not_compared_again():
    checker, codes = TrustChecker(), [line("xqz kwj vvb " * 9)]
    checker.confirm(checker.check(codes).doubtful)
    assert checker.check(codes).trusted and not checker.check(codes).doubtful


def test_a_sample_prefers_upright_long_lines_of_different_fonts():
    lines = [line("a" * 30), line("a" * 20), line("b", "Other"), line("c" * 99, "Sideways", upright=False)]
    assert [len(one.line.text) for one in sample(lines)] == [30, 1, 20]
    assert sample(lines[3:]) == lines[3:], "if there are no upright lines"
    slope = ((0, 0), (60, 30), (60, 40), (0, 10))
    askew = lines[3]._replace(line=Line("Askew", 1.0, slope))
    assert sample([askew]) == []


@pytest.mark.parametrize(
    ("layer", "ocr", "same"),
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
def test_texts_are_compared_with_tolerance_for_small_errors(layer, ocr, same):
    assert same_text(layer, ocr) is same
