"""One recogniser and its decoder, fed with lines of like width.

The network and the decoder are PaddleX's. What is different is what goes in: PaddleX pads every line to 320 pixels at
least, so that a price on a receipt costs as much as a sentence. Here a line is padded to the next width of a coarse
scale, and lines of one width share a batch in which nothing else is padding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

HEIGHT = 48  # pixels of a line as the recognisers take it
_WIDEST = 3200
_BATCH = 4
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
        import numpy as np

        readings: list[LineReading | None] = [None] * len(lines)
        for width, batch in _batches(lines):
            inputs = np.zeros((len(batch), 3, HEIGHT, width), np.float32)
            for row, index in enumerate(batch):
                _put(inputs[row], lines[index])
            decoded = self._decode(inputs, [_width_of(lines[index]) for index in batch], word_boxes)
            for index, reading in zip(batch, decoded, strict=True):
                readings[index] = reading
        return readings

    def _decode(self, inputs: np.ndarray, widths: list[int], word_boxes: bool) -> Iterator[LineReading]:
        outputs = self._predictor.runner(x=[inputs])
        texts, confidences = self._predictor.post_op(
            outputs,
            return_word_box=word_boxes,
            wh_ratio_list=[width / HEIGHT for width in widths],
            max_wh_ratio=inputs.shape[3] / HEIGHT,
        )
        for text, confidence, probabilities in zip(texts, confidences, outputs[0], strict=True):
            yield LineReading(text, float(confidence), doubt_of(probabilities))


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


def _batches(lines: Sequence[np.ndarray]) -> Iterator[tuple[int, list[int]]]:
    """(width in pixels, indices of lines) from the narrowest to the widest."""
    by_width: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        by_width.setdefault(padded_width(_width_of(line)), []).append(index)
    for width, indices in sorted(by_width.items()):
        for start in range(0, len(indices), _BATCH):
            yield width, indices[start : start + _BATCH]


def _put(target: np.ndarray, line: np.ndarray) -> None:
    """A line into the left of ``target`` (3, 48, W), as PaddleX does it: RGB, -1 to 1; what is right of it stays 0."""
    import cv2

    width = _width_of(line)
    pixels = cv2.resize(line, (width, HEIGHT))[:, :, ::-1]
    target[:, :, :width] = pixels.transpose(2, 0, 1) * (2 / 255) - 1
