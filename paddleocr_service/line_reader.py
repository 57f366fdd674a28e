"""One recogniser and its decoder, fed with lines that are padded no more than they must be.

The network and the decoder are PaddleX's. What is different is what goes in: PaddleX pads every line to 320 pixels at
least, so that a price on a receipt costs as much as a sentence. Here a line is padded to the next width of a coarse
scale. Each goes in alone: a batch gains nothing where the threads have a line each, and takes more memory.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

HEIGHT = 48  # pixels of a line as the recognisers take it
_WIDEST = 3200
_AT_A_TIME = 32  # lines that are prepared before the first is read: all those of a page could take 200 MB
# (widths up to, in steps of): few shapes, since the runtime compiles its kernels anew for each one it has not met.
_STEPS = ((320, 32), (640, 64), (1280, 128), (_WIDEST, 256))
_BLANK = 0


@dataclass(frozen=True, slots=True)
class LineReading:
    """What a recogniser made of one line.

    text: PaddleX's decoding: a string, or (string, positions) where word boxes were asked for.
    confidence: mean over the characters, 0..1.
    doubt: how probable, at the worst place of the line, a character was that is not in the text there, 0..1.
    """

    text: object
    confidence: float
    doubt: float


class LineReader:
    """Reads cut-out lines with one PaddleX predictor. Not thread-safe, as the predictor is not."""

    def __init__(self, predictor) -> None:
        self._predictor = predictor

    def read(self, lines: Sequence[np.ndarray], word_boxes: bool = False) -> list[LineReading]:
        """lines: arrays (h, w, 3) uint8 BGR, text from left to right. Returns a reading for each, in their order."""

        readings: list[LineReading | None] = [None] * len(lines)
        narrowest_first = sorted(range(len(lines)), key=lambda index: _width_of(lines[index]))
        for start in range(0, len(lines), _AT_A_TIME):
            some = narrowest_first[start : start + _AT_A_TIME]
            for index, outputs in zip(some, self._run([_padded(lines[index]) for index in some]), strict=True):
                readings[index] = self._decode(outputs, lines[index], word_boxes)
        return readings

    def _run(self, inputs: list[np.ndarray]) -> list[list[np.ndarray]]:
        """The network's outputs for each line; several at a time where the runtime knows how."""
        runner = self._predictor.runner
        return runner.run_each(inputs) if hasattr(runner, "run_each") else [runner(x=[line]) for line in inputs]

    def _decode(self, outputs, line: np.ndarray, word_boxes: bool) -> LineReading:
        width = _width_of(line)
        (text,), (confidence,) = self._predictor.post_op(
            outputs,
            return_word_box=word_boxes,
            wh_ratio_list=[width / HEIGHT],
            max_wh_ratio=padded_width(width) / HEIGHT,
        )
        return LineReading(text, float(confidence), doubt_of(outputs[0][0]))


def doubt_of(probabilities: np.ndarray) -> float:
    """The best chance that any character had, anywhere in a line, which the decoded text does not have there.

    probabilities: (T, classes), each row of sum 1, class 0 the CTC blank. At each step the blank, the step's own best
    class and the characters decoded before and after it explain themselves; what any other class holds speaks
    for another text: a letter for its look-alike, or a space that was passed over.
    """
    import numpy as np

    best = probabilities.argmax(axis=1)
    steps = np.arange(len(best))
    others = probabilities.copy()
    nothing = np.zeros(1, best.dtype)
    before = np.concatenate((nothing, _last_seen(best)[:-1]))
    after = np.concatenate((_last_seen(best[::-1])[::-1][1:], nothing))
    for explained in (_BLANK, best, before, after):
        others[steps, explained] = 0
    return float(others.max())


def _last_seen(best: np.ndarray) -> np.ndarray:
    """For each step the last class up to it that is not the blank; the blank where there was none."""
    import numpy as np

    places = np.maximum.accumulate(np.where(best != _BLANK, np.arange(len(best)), 0))
    return best[places]


def _width_of(line: np.ndarray) -> int:
    height, width = line.shape[:2]
    return min(_WIDEST, max(1, math.ceil(HEIGHT * width / height)))


def padded_width(width: int) -> int:
    """The next width on the scale, in pixels."""
    step = next(step for limit, step in _STEPS if width <= limit)
    return min(_WIDEST, -(-width // step) * step)


def _padded(line: np.ndarray) -> np.ndarray:
    """(1, 3, 48, W) as PaddleX makes it: RGB, -1 to 1, grey (0) to the right of the line."""
    import cv2
    import numpy as np

    width = _width_of(line)
    pixels = cv2.resize(line, (width, HEIGHT))[:, :, ::-1]
    padded = np.zeros((1, 3, HEIGHT, padded_width(width)), np.float32)
    padded[0, :, :, :width] = pixels.transpose(2, 0, 1) * (2 / 255) - 1
    return padded
