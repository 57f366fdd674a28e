"""Lines of a paragraph are joined, and only those hyphens go that a line break has added."""

import pytest

from paddleocr_service.layout.regions.hyphenation import Vocabulary, join_lines


@pytest.mark.parametrize(
    ("lines", "lang", "joined"),
    [
        (["an exam-", "ple of it"], "en", "an example of it"),
        (["a well-", "known man"], "en", "a well-known man"),
        (["the self-", "same thing"], "en", "the self-same thing"),
        (["die Verord-", "nung gilt"], "de", "die Verordnung gilt"),
        (["die Nord-", "Süd-Bahn"], "de", "die Nord-Süd-Bahn"),
        (["der Ein-", "und Ausgang"], "de", "der Ein- und Ausgang"),
        (["Daten-", "und Textbank"], "de+en", "Daten- und Textbank"),
        (["dit-", "il encore"], "fr", "dit-il encore"),
        (["un exem-", "ple"], "fr", "un exemple"),
        (["peut-", "être"], "fr", "peut-être"),
        (["il governo ita-", "liano"], "it", "il governo italiano"),
        (["importante docu-", "mento"], "es", "importante documento"),
        (["gospo-", "darka"], "pl", "gospodarka"),
        (["soft hy\u00ad", "phen"], "en", "soft hyphen"),
        (["2016-", "2018"], "en", "2016-2018"),
        (["one", "two", "three"], "en", "one two three"),
        (["the end —", "of it"], "en", "the end — of it"),
        (["東京都", "千代田区"], "ja", "東京都千代田区"),
        (["wait --", "and see"], "en", "wait -- and see"),
    ],
)
def test_hyphens_at_the_end_of_lines(lines, lang, joined):
    assert join_lines(lines, Vocabulary(lines), lang) == joined


def test_the_page_decides_about_a_word_that_it_has_elsewhere():
    lines = ["a decision-", "maker met", "the decision-maker", "of a long-", "term", "longterm plan"]
    words = Vocabulary(lines)
    assert join_lines(lines[:2], words, "en") == "a decision-maker met"
    assert join_lines(lines[3:5], words, "en") == "of a longterm"
