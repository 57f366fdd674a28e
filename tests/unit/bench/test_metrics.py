"""The accuracy metrics."""

import random

import pytest

from bench.metrics import WordScore, character_error_rate, edit_distance, word_f1


def test_word_f1_ignores_order_and_case():
    assert word_f1("Total: RM 12.50", "12.50 total rm") == 1.0


def test_repeated_words_are_counted():
    assert word_f1("a a b", "a b b") == pytest.approx(2 / 3)
    assert word_f1("a a b", "a b a") == 1.0


def test_score_pools_the_words_of_all_images():
    score = WordScore()
    score.add("a b c d", "a b c d")
    score.add("x", "")
    assert score.f1 == pytest.approx(2 * 4 / (4 + 5))


def test_no_text_expected_and_found_is_perfect():
    assert word_f1("", "…") == 1.0
    assert character_error_rate("", "") == 0.0


def test_white_space_and_full_width_letters_are_not_errors():
    assert character_error_rate("one  two\nthree", "one two three") == 0.0
    assert character_error_rate("RM 12", "ＲＭ 12") == 0.0


def test_character_error_rate_depends_on_the_order():
    assert character_error_rate("first second", "second first") > 0.5


def test_character_error_rate_is_relative_to_the_truth():
    assert character_error_rate("abcd", "abxd") == 0.25
    assert character_error_rate("ab", "abcdef") == 2.0


@pytest.mark.parametrize(
    ("a", "b", "edits"), [("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2), ("🛁", "x", 1)]
)
def test_edit_distance_of_known_examples(a, b, edits):
    assert edit_distance(a, b) == edit_distance(b, a) == edits


def test_edit_distance_equals_the_textbook_algorithm():
    rng = random.Random(7)
    for _ in range(50):
        a, b = ("".join(rng.choices("abc", k=rng.randint(0, 12))) for _ in range(2))
        assert edit_distance(a, b) == textbook_distance(a, b)


def textbook_distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, previous = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(previous[j - 1] + (x != y), previous[j] + 1, row[j - 1] + 1))
    return row[-1]
