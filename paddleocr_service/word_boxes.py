"""Polygons of words, from the boxes that PaddleOCR gives for its tokens.

Its tokens are not words: runs of letters and digits, runs of everything else (spaces among them), single Chinese
characters; and its boxes are upright even where the line is not. Here each token's share of the line's length is cut
out of the line's own polygon, and characters are put together again between spaces.
"""

from __future__ import annotations

from .results import Point, Polygon, Word

_TALL = 1.5  # PaddleOCR reads a box taller than this times its width as a vertical line


def words_of(tokens: list[str], boxes: list, polygon: Polygon, confidence: float) -> tuple[Word, ...]:
    """Words of one line. ``boxes``: an upright box for each token, four points in pixels of the picture."""
    axis, low, high = _direction(polygon)
    spans: list[tuple[str, float, float]] = []  # character, start, end: shares of the line's length
    for token, box in zip(tokens, boxes, strict=False):
        start = (min(point[axis] for point in box) - low) / (high - low)
        end = (max(point[axis] for point in box) - low) / (high - low)
        step = (end - start) / max(1, len(token))
        spans += [(char, start + i * step, start + (i + 1) * step) for i, char in enumerate(token)]
    return tuple(
        Word("".join(char for char, _, _ in run), confidence, _cut(polygon, axis, run[0][1], run[-1][2]))
        for run in _runs(spans)
    )


def _direction(polygon: Polygon) -> tuple[int, float, float]:
    """(axis along which the line runs: 0 is x, 1 is y; its start; its end, never equal to the start)."""
    xs, ys = [point[0] for point in polygon], [point[1] for point in polygon]
    if max(ys) - min(ys) > _TALL * (max(xs) - min(xs)):
        low, high, axis = polygon[0][1], polygon[2][1], 1
    else:
        low, high, axis = polygon[0][0], polygon[1][0], 0
    return axis, low, high if abs(high - low) >= 1 else low + 1


def _runs(spans: list[tuple[str, float, float]]) -> list[list[tuple[str, float, float]]]:
    """Split at spaces; characters of scripts written without spaces stand alone, as PaddleOCR has them."""
    runs: list[list[tuple[str, float, float]]] = []
    fresh = True
    for span in spans:
        if span[0].isspace():
            fresh = True
            continue
        alone = _stands_alone(span[0])
        if fresh or alone:
            runs.append([span])
        else:
            runs[-1].append(span)
        fresh = alone
    return runs


def _stands_alone(char: str) -> bool:
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


def _cut(polygon: Polygon, axis: int, start: float, end: float) -> Polygon:
    """The part of a line's polygon between two shares (0..1) of its length."""
    start, end = min(max(start, 0.0), 1.0), min(max(end, 0.0), 1.0)
    top_left, top_right, bottom_right, bottom_left = polygon
    if axis == 0:
        return (
            _between(top_left, top_right, start),
            _between(top_left, top_right, end),
            _between(bottom_left, bottom_right, end),
            _between(bottom_left, bottom_right, start),
        )
    return (
        _between(top_left, bottom_left, start),
        _between(top_right, bottom_right, start),
        _between(top_right, bottom_right, end),
        _between(top_left, bottom_left, end),
    )


def _between(a: Point, b: Point, share: float) -> Point:
    return (round(a[0] + (b[0] - a[0]) * share, 1), round(a[1] + (b[1] - a[1]) * share, 1))
