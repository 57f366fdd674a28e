"""One recogniser and its decoder, fed with lines that are padded no more than they must be.

The network and the decoder are PaddleX's. What is different is what goes in: PaddleX pads every line to 320 pixels at
least, so that a price on a receipt costs as much as a sentence. Here a line is padded to the next width of a coarse
scale, and may be squeezed: time goes with width. Each goes in alone: a batch gains nothing where the threads have a
line each, and takes more memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .doubt import settle, word_classes

if TYPE_CHECKING:
    import numpy as np

HEIGHT = 48  # pixels of a line as the recognisers take it
_WIDEST = 3200
# (widths up to, in steps of): few shapes, since the runtime compiles its kernels anew for each one it has not met.
_STEPS = ((320, 32), (640, 64), (1280, 128), (_WIDEST, 256))


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
    """Reads cut-out lines with one PaddleX predictor. Not thread-safe, as the predictor is not."""

    def __init__(self, predictor, squeeze: float = 1.0) -> None:
        """squeeze: the width at which a line is read, of the width that it has at the recogniser's height."""
        self._predictor = predictor
        self._squeeze = squeeze
        self._kind = word_classes(predictor.post_op.character)

    def read(self, lines: Sequence[np.ndarray], word_boxes: bool = False) -> list[LineReading]:
        """lines: arrays (h, w, 3) uint8 BGR, text from left to right. Returns a reading for each, in their order."""

        readings: list[LineReading | None] = [None] * len(lines)
        # Widest first: the last ones to end are short, and no thread waits long for another.
        order = sorted(range(len(lines)), key=lambda index: -self._width_of(lines[index]))

        def take(place: int, outputs: list[np.ndarray]) -> None:
            index = order[place]
            readings[index] = self._decode(outputs, lines[index], word_boxes)

        self._run((self._padded(lines[index]) for index in order), take)
        return readings

    def _run(self, inputs: Iterator[np.ndarray], take: Callable[[int, list[np.ndarray]], None]) -> None:
        """Give each line to the network, its number and outputs to ``take``; several at a time where that can be."""
        runner = self._predictor.runner
        if hasattr(runner, "run_each"):
            runner.run_each(inputs, take)
        else:
            for place, line in enumerate(inputs):
                take(place, runner(x=[line]))

    def _decode(self, outputs, line: np.ndarray, word_boxes: bool) -> LineReading:
        width = self._width_of(line)
        probabilities, doubt = settle(outputs[0][0], self._kind)
        (text,), (confidence,) = self._predictor.post_op(
            [probabilities[None]],
            return_word_box=word_boxes,
            wh_ratio_list=[width / HEIGHT],
            max_wh_ratio=padded_width(width) / HEIGHT,
        )
        return LineReading(text, float(confidence), doubt)

    def _width_of(self, line: np.ndarray) -> int:
        height, width = line.shape[:2]
        return min(_WIDEST, max(1, math.ceil(self._squeeze * HEIGHT * width / height)))

    def _padded(self, line: np.ndarray) -> np.ndarray:
        """(1, 3, 48, W) as PaddleX makes it: RGB, -1 to 1, grey (0) to the right of the line."""
        import cv2
        import numpy as np

        width = self._width_of(line)
        pixels = cv2.resize(line, (width, HEIGHT))[:, :, ::-1].transpose(2, 0, 1)
        padded = np.zeros((1, 3, HEIGHT, padded_width(width)), np.float32)
        filled = padded[0, :, :, :width]
        np.multiply(pixels, np.float32(2 / 255), out=filled)
        filled -= 1
        return padded


def padded_width(width: int) -> int:
    """The next width on the scale, in pixels."""
    step = next(step for limit, step in _STEPS if width <= limit)
    return min(_WIDEST, -(-width // step) * step)
