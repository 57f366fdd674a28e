"""Lines from right to left as recognisers read them: PP-OCR's Arabic models return characters from left to right.

The logical order is restored by reversing the line, except words in Latin letters and numbers (a part of the Unicode
bidirectional algorithm, https://www.unicode.org/reports/tr9/, backwards). PaddleX does this for no model.
"""

import re

from .scripts import RIGHT_TO_LEFT, script_of

_SIGN = "0-9A-Za-z\u00c0-\u024f\u0660-\u0669\u06f0-\u06f9"
_LETTER = "A-Za-z\u00c0-\u024f"
#: Runs that are read from left to right. Spaces belong to them only between Latin words: numbers are single.
_LEFT_TO_RIGHT = re.compile(
    rf"[{_SIGN}]+(?:[.,:;/@%+_'*&-]+(?=[{_SIGN}])[{_SIGN}]+|(?<=[{_LETTER}]) +(?=[{_LETTER}])[{_SIGN}]+)*%?"
)
_MIN_SHARE = 1 / 3  # of the words of a line that runs from right to left
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def runs_from_right(recogniser: str) -> bool:
    """Return whether an official recogniser returns lines of its script from left to right."""
    return recogniser.startswith("arabic_")


def in_logical_order(text: str) -> str:
    """Return a line whose characters are in the order in which they stand from left to right in the order of reading.

    Lines that have more than twice as many words in other scripts are not changed: they run from left to right.
    """
    scripts = [script_of(word) in RIGHT_TO_LEFT for word in text.split()]
    if sum(scripts) < _MIN_SHARE * len(scripts) or not any(scripts):
        return text
    parts, end = [], 0
    for run in _LEFT_TO_RIGHT.finditer(text):
        parts += [text[end : run.start()][::-1].translate(_MIRRORED), run[0]]
        end = run.end()
    return "".join([*parts, text[end:][::-1].translate(_MIRRORED)][::-1])
