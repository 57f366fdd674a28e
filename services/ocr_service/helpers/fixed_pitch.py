"""Words whose letters are placed one by one at equal distances, in a font that has letters of different widths.

MuPDF takes the gap beside a narrow letter for a space.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from services.ocr_service.helpers.layer_characters import characters, set_characters
from services.ocr_service.helpers.page_drawing import Raw

#: Minimum number of letters, maximum deviation (em) from the distance, and minimum share of letters within it.
_MIN_LETTERS, _MAX_DEVIATION, _MIN_SHARE = 6, 0.02, 0.9


def join_fixed_pitch(line: Raw) -> None:
    """Remove the spaces that MuPDF has added to a line of letters at equal distances."""
    chars = characters(line)
    letters = [char for char in chars if not char.is_added]
    if len(letters) == len(chars) or len(letters) < _MIN_LETTERS:
        return
    steps = [other.start - char.start for char, other in pairwise(letters)]
    pitch = median(steps)
    is_regular = [abs(step - pitch) <= _MAX_DEVIATION * letters[0].size for step in steps]
    if sum(is_regular) >= _MIN_SHARE * len(steps):
        kept = dict(zip((id(char.raw) for char in letters[1:]), is_regular, strict=True))
        following = [*chars[1:], None]
        set_characters(
            line,
            [
                char
                for char, after in zip(chars, following, strict=True)
                if not (char.is_added and after and kept.get(id(after.raw)))
            ],
        )
