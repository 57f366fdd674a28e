"""Compute polygons of words from the boxes of PaddleOCR's tokens.

PaddleOCR's tokens are not words: they are runs of letters and digits, runs of other characters (including spaces), or
single Chinese characters. Its boxes are upright even if the line is not. Here each token's share of the line's length
is cut out of the line's own polygon, and the characters between two spaces are joined again.
"""

from collections.abc import Sequence

from .polygons import Point, Polygon, bounds, slice_polygon
from .results import Word

_VERTICAL_ASPECT = 1.5  # PaddleOCR treats a box taller than this times its width as a vertical line

#: A character with its start and end as shares of the line's length.
Span = tuple[str, float, float]


def words_of_line(
    tokens: Sequence[str], boxes: Sequence[Sequence[Point]], polygon: Polygon, confidence: float
) -> tuple[Word, ...]:
    """Return the words of one line. boxes: an upright box for each token, four points in pixels of the image."""
    axis, low, high = _direction(polygon)
    spans: list[Span] = []
    for token, box in zip(tokens, boxes, strict=False):
        start = (min(point[axis] for point in box) - low) / (high - low)
        end = (max(point[axis] for point in box) - low) / (high - low)
        step = (end - start) / max(1, len(token))
        spans += [(char, start + i * step, start + (i + 1) * step) for i, char in enumerate(token)]
    return tuple(
        Word("".join(char for char, _, _ in word), confidence, slice_polygon(polygon, axis, word[0][1], word[-1][2]))
        for word in _split_into_words(spans)
    )


def _direction(polygon: Polygon) -> tuple[int, float, float]:
    """Return the axis of the line (0 is x, 1 is y), its start and its end, which are never equal."""
    x0, y0, x1, y1 = bounds(polygon)
    if y1 - y0 > _VERTICAL_ASPECT * (x1 - x0):
        low, high, axis = polygon[0][1], polygon[2][1], 1
    else:
        low, high, axis = polygon[0][0], polygon[1][0], 0
    return axis, low, high if abs(high - low) >= 1 else low + 1


def _split_into_words(spans: Sequence[Span]) -> list[list[Span]]:
    """Split at spaces. Each character of a script without spaces is a separate word, as in PaddleOCR."""
    words: list[list[Span]] = []
    starts_word = True
    for span in spans:
        if span[0].isspace():
            starts_word = True
            continue
        single = _is_single_word(span[0])
        if starts_word or single:
            words.append([span])
        else:
            words[-1].append(span)
        starts_word = single
    return words


def _is_single_word(char: str) -> bool:
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"
