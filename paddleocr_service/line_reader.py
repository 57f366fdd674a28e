"""One recogniser and its decoder, fed with lines that are padded no more than they must be.

The network and the decoder are PaddleX's. What is different is what goes in: PaddleX pads every line to 320 pixels at
least, so that a price on a receipt costs as much as a sentence. Here a line is padded to the next width of a coarse
scale, and may be squeezed: time goes with width. Each goes in alone: a batch gains nothing where the threads have a
line each, and takes more memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .doubt import settle, word_classes

if TYPE_CHECKING:
    import numpy as np

HEIGHT = 48  # pixels of a line as the recognisers take it
_WIDEST = 3200
# (widths up to, in steps of): few shapes, since the runtime compiles its kernels anew for each one it has not met.
_STEPS = ((320, 32), (640, 64), (_WIDEST, 128))
# A line that is wider than a step of the scale by so little is squeezed into it.
_GIVES_WAY = 1.04


@dataclass(frozen=True, slots=True)
class LineReading:
    """What a recogniser made of one line.

    text: PaddleX's decoding: a string, or (string, positions) where word boxes were asked for.
    confidence: mean over the characters, 0..1.
    doubt: how probable, at the worst place of the line, another text was, 0..1; see ``settle``.
    """

    text: object
    confidence: float
    doubt: float


class LineReader:
    """Reads cut-out lines with one PaddleX predictor, for ``lanes`` threads at a time."""

    def __init__(self, predictor, squeeze: float = 1.0) -> None:
        """squeeze: the width at which a line is read, of the width that it has at the recogniser's height."""
        self._predictor = predictor
        self._squeeze = squeeze
        self._kind = word_classes(predictor.post_op.character)

    @property
    def lanes(self) -> int:
        return getattr(self._predictor.runner, "lanes", 1)

    def read(self, line: np.ndarray, word_boxes: bool = False) -> LineReading:
        """line: array (h, w, 3) uint8 BGR, text from left to right."""

        def decode(outputs: list[np.ndarray]) -> LineReading:
            return self._decode(outputs, line, word_boxes)

        runner, padded = self._predictor.runner, self._padded(line)
        return runner.run(padded, decode) if hasattr(runner, "run") else decode(runner(x=[padded]))

    def width_of(self, line: np.ndarray) -> int:
        """Pixels of the line's width as it is read, padding not counted."""
        height, width = line.shape[:2]
        wanted = min(_WIDEST, max(1, math.ceil(self._squeeze * HEIGHT * width / height)))
        narrower = wanted // _step(wanted) * _step(wanted)
        return narrower if wanted <= narrower * _GIVES_WAY else wanted

    def _decode(self, outputs, line: np.ndarray, word_boxes: bool) -> LineReading:
        width = self.width_of(line)
        probabilities, doubt = settle(outputs[0][0], self._kind)
        (text,), (confidence,) = self._predictor.post_op(
            [probabilities[None]],
            return_word_box=word_boxes,
            wh_ratio_list=[width / HEIGHT],
            max_wh_ratio=padded_width(width) / HEIGHT,
        )
        return LineReading(text, float(confidence), doubt)

    def _padded(self, line: np.ndarray) -> np.ndarray:
        """(1, 3, 48, W) as PaddleX makes it: RGB, -1 to 1, grey (0) to the right of the line."""
        import cv2
        import numpy as np

        width = self.width_of(line)
        padded = np.zeros((1, 3, HEIGHT, padded_width(width)), np.float32)
        blue_to_red = cv2.split(cv2.resize(line, (width, HEIGHT)))
        for values, filled in zip(reversed(blue_to_red), padded[0, :, :, :width], strict=True):
            np.multiply(values, np.float32(2 / 255), out=filled)
            filled -= 1
        return padded


def padded_width(width: int) -> int:
    """The next width on the scale, in pixels."""
    return min(_WIDEST, -(-width // _step(width)) * _step(width))


def _step(width: int) -> int:
    return next(step for limit, step in _STEPS if width <= limit)
