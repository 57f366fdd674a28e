"""Inverted exclamation marks, which PP-OCR does not know."""

import numpy as np
import pytest

from paddleocr_service.recognisers.interface import LineText
from paddleocr_service.recognisers.inverted_marks import InvertedMarksPipeline, marked_line
from paddleocr_service.results import Line, Word

BOX = ((10.0, 10.0), (210.0, 10.0), (210.0, 30.0), (10.0, 30.0))


@pytest.mark.parametrize(
    ("seen", "other", "expected"),
    [
        ("Atención! Precio especial solo hoy!", "¡Atención! Precio especial ¡solo hoy!",
         "¡Atención! Precio especial ¡solo hoy!"),
        ("Ella dijo: ino puede ser!", "Ella dijo: ¡no puede ser!", "Ella dijo: ¡no puede ser!"),
        ("¡Hola! no, ino!", "¡Hola! no, ¡no!", "¡Hola! ¡no, ino!"),
        ("Hola!", "Hola!", "Hola!"),
        ("Gracias!", "¡Grocias!", "Gracias!"),
        ("El casino!", "El cas¡no!", "El casino!"),
    ],
)  # fmt: skip
def test_marks_of_the_other_reading_are_taken(seen, other, expected):
    assert marked_line(Line(seen, 0.9, BOX), other).text == expected


def test_words_have_the_marks_too():
    line = Line("ino puede!", 0.9, BOX, (Word("ino", 0.9, BOX), Word("puede!", 0.9, BOX)))
    assert [word.text for word in marked_line(line, "¡no puede!").words] == ["¡no", "puede!"]


def test_only_lines_with_exclamation_marks_are_read_again():
    class First:
        runtime, seconds = "fake", {}  # noqa: RUF012

        def recognize(self, _image, _words):
            return [Line("Hola", 0.9, BOX), Line("ivamos!", 0.9, BOX)]

    class Reader:
        def read(self, lines, _words):
            assert len(lines) == 1
            return [LineText("¡vamos!", 0.9)]

    pipeline = InvertedMarksPipeline(First(), Reader())
    assert [line.text for line in pipeline.recognize(np.zeros((60, 300, 3), np.uint8), False)] == ["Hola", "¡vamos!"]
