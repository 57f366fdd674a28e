"""Ruling lines in the image of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cells import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

#: A pixel is ink if it is this much darker than the paper around it.
_MIN_CONTRAST = 30
#: A rule is at least this long, in multiples of the usual height of a line of text, and at most so thick.
_MIN_LENGTH, _MAX_THICKNESS = 4.0, 0.5
#: Images are reduced until a line of text has about this height: thin rules remain, and large pages cost little.
_TEXT_HEIGHT = 12.0


def image_rules(image: Pixels, height: float) -> list[Box]:
    """Boxes of the straight dark lines of an image (H, W, 3) uint8. height: usual height of a line of text in pixels.

    Dark lines are what remains of the ink after an opening with a long thin element. A line that is skewed by more than
    its thickness over this length is lost.
    """
    import cv2
    import numpy as np

    factor = max(1, int(height / _TEXT_HEIGHT))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if factor > 1:
        # The darkest pixel of each square: a mean would pale rules of one pixel.
        rows, columns = grey.shape[0] // factor * factor, grey.shape[1] // factor * factor
        grey = cv2.erode(grey[:rows, :columns], np.ones((factor, factor), np.uint8), anchor=(0, 0))[::factor, ::factor]
    paper = cv2.blur(grey, (31, 31))
    _, ink = cv2.threshold(cv2.subtract(paper, grey), _MIN_CONTRAST, 1, cv2.THRESH_BINARY)
    length = max(8, round(_MIN_LENGTH * height / factor))
    thick = max(2.0, _MAX_THICKNESS * height / factor)
    boxes: list[Box] = []
    for shape in ((1, length), (length, 1)):
        eroded = cv2.erode(ink, np.ones(shape, np.uint8))
        if not cv2.countNonZero(eroded):  # as on most receipts
            continue
        opened = cv2.dilate(eroded, np.ones(shape, np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(opened)
        for x, y, width, tall, _ in stats[1:].tolist():
            if min(width, tall) <= thick:
                x0, y0, x1, y1 = (float(edge * factor) for edge in (x, y, x + width, y + tall))
                boxes.append((x0, y0, x1, y1))
    return boxes
