"""Finds text that is drawn as vector outlines instead of characters, from the boxes of a page's vectors.

Outlined text is many filled paths of the height of letters next to each other, or one path per line or paragraph.
Icons, markers of charts and rounded frames look similar. This selection needs no rendering. What it finds has to be
checked in the rendered page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from paddleocr_service.raster import connected_labels
from services.ocr_service.helpers.page_drawing import DrawnVector
from services.ocr_service.helpers.page_transform import Box, is_inside, join
from services.ocr_service.helpers.text_layer import TextLayer

if TYPE_CHECKING:
    import numpy as np

#: Heights (points) of letters, and the smallest width of one.
_MIN_HEIGHT, _MAX_HEIGHT, _MIN_WIDTH = 3, 60, 0.8
#: Alpha (of 255) up to which a vector is invisible.
_MAX_INVISIBLE_ALPHA = 12
#: A larger path is a paragraph if it has this many small rectangles, such as the stems of i and l, and full stops.
_MIN_PIECES = 3
#: Vectors this close (in multiples of their height, across and down) are one region.
_ACROSS, _DOWN = 1.5, 3.0
#: Width of a letter as a share of its height, and minimum number of letters of a region.
_LETTER_WIDTH, _MIN_LETTERS = 0.8, 3
#: Maximum ratio of width to height of a bullet, and maximum difference of bullets as a share of their size.
_MAX_BULLET, _SAME_SIZE = 1.6, 0.05
#: Size (points) of the cells of the grid on which regions are found.
_CELL = 2.0
#: Maximum number of vectors: maps have hundreds of thousands. The others are ignored.
_MAX_VECTORS = 20_000


def outlined_regions(layer: TextLayer) -> list[Box]:
    """Boxes (in pixels of the layer) around vectors that may be outlined text."""
    boxes = _letter_boxes(layer.vectors[:_MAX_VECTORS], layer.zoom)
    if not boxes:
        return []
    import numpy as np

    found = np.array(boxes)
    found = found[~_on_lines(found, layer)]
    if not len(found) or _letters_of(found).sum() < _MIN_LETTERS or _are_bullets(found):
        return []
    return [box for box, letters in _clusters(found, layer) if letters >= _MIN_LETTERS]


def _letter_boxes(vectors: Sequence[DrawnVector], zoom: float) -> list[Box]:
    boxes: list[Box] = []
    pieces: list[Box] = []
    for vector in vectors:
        if vector.is_rectangle and vector.continues:
            pieces.append(vector.box)
            continue
        if vector.stroked and boxes and is_inside(boxes[-1], vector.box):
            continue  # the outline of the path that was filled before
        x0, y0, x1, y1 = vector.box
        height = (y1 - y0) / zoom
        if (
            not vector.is_rectangle
            and vector.alpha > _MAX_INVISIBLE_ALPHA
            and height >= _MIN_HEIGHT
            and x1 - x0 >= _MIN_WIDTH * zoom
            and (height <= _MAX_HEIGHT or (len(pieces) >= _MIN_PIECES and not vector.stroked))
        ):
            boxes.append(join([vector.box, *pieces]))
        pieces = []
    return boxes


def _on_lines(boxes: np.ndarray, layer: TextLayer) -> np.ndarray:
    """(N,) bool: whether the centre of a box is on a line of the layer: it is a button, a mark or the same text."""
    import numpy as np

    cell = _CELL * layer.zoom
    grid = np.zeros((int(layer.height / cell) + 2, int(layer.width / cell) + 2), bool)
    for line in layer.visible:
        x0, y0, x1, y1 = (int(edge / cell) for edge in line.box)
        grid[y0 : y1 + 1, x0 : x1 + 1] = True
    x, y = (((boxes[:, side] + boxes[:, side + 2]) / 2 / cell).astype(int) for side in (0, 1))
    return np.asarray(grid[np.clip(y, 0, grid.shape[0] - 1), np.clip(x, 0, grid.shape[1] - 1)])


def _letters_of(boxes: np.ndarray) -> np.ndarray:
    """(N,) float: approximate number of letters in each box."""
    import numpy as np

    return np.asarray(np.maximum(1, (boxes[:, 2] - boxes[:, 0]) / (_LETTER_WIDTH * (boxes[:, 3] - boxes[:, 1]))))


def _are_bullets(boxes: np.ndarray) -> bool:
    """Whether all boxes have the same size, as bullets, stars and markers of charts."""
    import numpy as np

    sizes = boxes[:, 2:] - boxes[:, :2]
    if len(boxes) < _MIN_LETTERS or sizes[:, 0].max() > _MAX_BULLET * sizes[:, 1].min():
        return False
    return bool((np.ptp(sizes, axis=0) <= _SAME_SIZE * sizes.mean(axis=0)).all())


def _clusters(boxes: np.ndarray, layer: TextLayer) -> list[tuple[Box, float]]:
    """Boxes around vectors that are close to each other, each with the approximate number of its letters."""
    import numpy as np

    cell = _CELL * layer.zoom
    heights = np.minimum(boxes[:, 3] - boxes[:, 1], _MAX_HEIGHT / 4 * layer.zoom)
    margin = np.stack([-_ACROSS * heights, -_DOWN * heights, _ACROSS * heights, _DOWN * heights], axis=1) / 2
    cells = np.maximum(0, (boxes + margin) / cell).astype(int)
    grid = np.zeros((int(layer.height / cell) + 2, int(layer.width / cell) + 2), np.uint8)
    for x0, y0, x1, y1 in cells.tolist():
        grid[y0 : y1 + 1, x0 : x1 + 1] = 1
    labels = connected_labels(grid)
    of_box = labels[np.minimum(cells[:, 1], grid.shape[0] - 1), np.minimum(cells[:, 0], grid.shape[1] - 1)]
    letters = _letters_of(boxes)
    found = []
    for label in np.unique(of_box):
        group = of_box == label
        if _are_bullets(boxes[group]):
            continue
        found.append((join([tuple(box) for box in boxes[group].tolist()]), float(letters[group].sum())))
    return found
