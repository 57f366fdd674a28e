"""Searchable PDFs in pdf.js's viewer in a real browser: the highlight of a word covers the word."""

import pytest

from tests.support.exports import overlap
from tests.support.pdfjs import highlights, viewer_files
from tests.support.searchable import CASES

#: Two words of "scan" that stand side by side.
PHRASE = "Hello wide"


@pytest.fixture(scope="module")
def found(browser, tmp_path_factory):
    if (files := viewer_files()) is None:
        pytest.skip("pdf.js is not installed: make test installs it")
    cases = {name: (case.pdf, [*(text for text, _ in case.words), PHRASE]) for name, case in CASES.items()}
    return highlights(browser, files, tmp_path_factory.mktemp("browser"), cases)


@pytest.mark.parametrize("how", ["searched", "selected"])
@pytest.mark.parametrize("name", CASES)
def test_highlight_covers_the_word(found, name, how):
    for text, box in CASES[name].words:
        expected = CASES[name].share(box)
        (highlight,) = found[name][text][how]
        assert covered(expected, highlight) > 0.85, text  # the browser rounds widths: a single letter is 0.89
        assert overlap(highlight, expected) > 0.7, text


def covered(box, by):
    """The share of a box that another one covers."""
    width = min(box[2], by[2]) - max(box[0], by[0])
    height = min(box[3], by[3]) - max(box[1], by[1])
    return max(0, width) * max(0, height) / ((box[2] - box[0]) * (box[3] - box[1]))


def test_words_that_follow_each_other_are_found_together(found):
    boxes = found["scan"][PHRASE]["searched"]
    assert min(box[0] for box in boxes) < 0.118 and max(box[2] for box in boxes) > 0.764
