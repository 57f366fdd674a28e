"""The yardsticks themselves."""

import random

import pytest

from bench.metrics import WordScore, character_error_rate, edit_distance, word_f1


def test_words_count_in_any_order_and_any_case():
    assert word_f1("Total: RM 12.50", "12.50 total rm") == 1.0


def test_a_word_counts_as_often_as_it_stands_there():
    assert word_f1("a a b", "a b b") == pytest.approx(2 / 3)
    assert word_f1("a a b", "a b a") == 1.0


def test_scores_are_pooled_over_pictures_and_not_averaged():
    score = WordScore()
    score.add("a b c d", "a b c d")
    score.add("x", "")
    assert score.f1 == pytest.approx(2 * 4 / (4 + 5))


def test_nothing_there_and_nothing_found_is_perfect():
    assert word_f1("", "…") == 1.0
    assert character_error_rate("", "") == 0.0


def test_white_space_and_width_are_no_errors():
    assert character_error_rate("one  two\nthree", "one two three") == 0.0
    assert character_error_rate("RM 12", "ＲＭ 12") == 0.0


def test_order_counts():
    assert character_error_rate("first second", "second first") > 0.5


def test_the_rate_is_for_each_character_of_the_truth():
    assert character_error_rate("abcd", "abxd") == 0.25
    assert character_error_rate("ab", "abcdef") == 2.0


@pytest.mark.parametrize(
    ("a", "b", "edits"), [("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2), ("🛁", "x", 1)]
)
def test_known_distances(a, b, edits):
    assert edit_distance(a, b) == edit_distance(b, a) == edits


def test_the_distance_is_that_of_the_textbook():
    rng = random.Random(7)
    for _ in range(50):
        a, b = ("".join(rng.choices("abc", k=rng.randint(0, 12))) for _ in range(2))
        assert edit_distance(a, b) == textbook(a, b)


def textbook(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(last[j - 1] + (x != y), last[j] + 1, row[j - 1] + 1))
    return row[-1]
