"""Spaces that a recogniser reads inside numbers of typewriter faces: ``22, 555,001.55``.

Commas and digits are equally wide there. The gap after a comma is as wide as a comma and a space of other faces.
"""

import re

from .arrays import Integers

_BLANK = 0
#: A number with digits in groups of three, some of which have a space before them.
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:, ?\d{3})+(?:\.\d+)?(?![\d,])")
_MIN_GROUPS = 3  # of a number with a space in each gap; two may be a list


def spaces_in_numbers(text: str) -> list[int]:
    """Return the indices of the spaces of a text that are no spaces.

    A list has a space after each comma, and no fraction in its last number only.
    """
    if ", " not in text:
        return []
    found = []
    for number in _NUMBER.finditer(text):
        groups = number[0].split(",")
        spaced = sum(group.startswith(" ") for group in groups[1:])
        is_number = spaced < len(groups) - 1 or (len(groups) >= _MIN_GROUPS and "." in groups[-1])
        if spaced and is_number:
            found += [number.start() + at for at, char in enumerate(number[0]) if char == " "]
    return found


def steps_of(indices: list[int], best: Integers) -> list[int]:
    """Return the steps of characters of a decoded text, all of them. best: (T,) the most likely class of each step."""
    runs: list[list[int]] = []
    for step, one in enumerate(best.tolist()):
        if one == _BLANK:
            continue
        if step and one == best[step - 1]:
            runs[-1].append(step)
        else:
            runs.append([step])
    return [step for index in indices if index < len(runs) for step in runs[index]]
