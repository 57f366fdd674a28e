"""Two single quotation marks that are set as one double mark."""

import pymupdf
import pytest

from tests.support.layers import visible_lines, visible_text


def page(text):
    document = pymupdf.open()
    writer = pymupdf.TextWriter((0, 0, 595, 842))
    writer.append((72, 100), text, font=pymupdf.Font("helv"), fontsize=11)
    writer.write_text(document.new_page())
    return document.tobytes()


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        ("The term ‘‘social responsibility’’ is in vogue", "The term “social responsibility” is in vogue"),
        ("‘‘Yes,’’ said the dogs’ owner", "“Yes,” said the dogs’ owner"),
        ("It’s a ‘single’ mark", "It’s a ‘single’ mark"),
    ],
)
def test_two_single_marks_are_one_double_mark(tmp_path, drawn, text):
    assert visible_text(tmp_path, page(drawn)) == [text]


def test_words_keep_their_boxes(tmp_path):
    (line,) = visible_lines(tmp_path, page("say ‘‘yes’’ twice"), words=True)
    assert [word.text for word in line.line.words] == ["say", "“yes”", "twice"]
    widths = [word.polygon[1][0] - word.polygon[0][0] for word in line.line.words]
    helvetica = pymupdf.Font("helv")
    assert widths[1] / widths[0] == pytest.approx(
        helvetica.text_length("‘‘yes’’") / helvetica.text_length("say"), rel=0.05
    )


def test_marks_with_a_space_between_them_stay_apart(tmp_path):
    assert visible_text(tmp_path, page("a ‘ ‘ b")) == ["a ‘ ‘ b"]
