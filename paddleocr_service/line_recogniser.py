"""One recogniser and its decoder, applied to lines with as little padding as possible.

The network and the decoder are PaddleX's; the input differs. PaddleX pads every line to at least 320 pixels, so a price
on a receipt costs as much as a sentence. Here a line is padded to the next step of a coarse scale of widths, and may be
scaled to a smaller width first, because time is proportional to width. Lines are not batched: a batch gains nothing
when each thread has its own line, and takes more memory.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Pixels, Tensor
from .uncertainty import character_kinds, resolve_spaces

HEIGHT = 48  # pixels; input height of the recognisers
_MAX_WIDTH = 3200
#: (maximum width, step) in pixels. There are few steps, because the runtime compiles its kernels for each new shape.
_WIDTH_STEPS = ((320, 32), (640, 64), (_MAX_WIDTH, 128))
#: A line wider than a step by up to this factor is narrowed to the step instead of padded to the next one.
_NARROWING_TOLERANCE = 1.04


@dataclass(frozen=True, slots=True)
class LineReading:
    """Result for one line.

    text: output of PaddleX's decoder: a string, or (string, positions) if word boxes were requested.
    confidence: mean over the characters, 0..1.
    uncertainty: highest probability of a different text at any position of the line, 0..1; see ``resolve_spaces``.
    """

    text: object
    confidence: float
    uncertainty: float


class LineRecogniser:
    """Recognises cropped lines with one PaddleX predictor, in up to ``concurrency`` threads at once."""

    def __init__(self, predictor: Any, width_scale: float = 1.0) -> None:
        """width_scale: factor for the width of a line, after the line is scaled to the input height."""
        self._predictor = predictor
        self._width_scale = width_scale
        self._kinds = character_kinds(predictor.post_op.character)

    @property
    def concurrency(self) -> int:
        return int(getattr(self._predictor.runner, "concurrency", 1))

    def recognize(self, line: Pixels, word_boxes: bool = False) -> LineReading:
        """Recognise one line: array (h, w, 3) uint8 BGR, text from left to right."""

        def decode(outputs: list[Tensor]) -> LineReading:
            return self._decode(outputs, line, word_boxes)

        runner, tensor = self._predictor.runner, self._to_input(line)
        return runner.run(tensor, decode) if hasattr(runner, "run") else decode(runner(x=[tensor]))

    def width_of(self, line: Pixels) -> int:
        """Return the width in pixels at which a line is recognised, without padding."""
        height, width = line.shape[:2]
        scaled: int = min(_MAX_WIDTH, max(1, math.ceil(self._width_scale * HEIGHT * width / height)))
        narrower = scaled // _step(scaled) * _step(scaled)
        return narrower if scaled <= narrower * _NARROWING_TOLERANCE else scaled

    def _decode(self, outputs: list[Tensor], line: Pixels, word_boxes: bool) -> LineReading:
        width = self.width_of(line)
        probabilities, uncertainty = resolve_spaces(outputs[0][0], self._kinds)
        (text,), (confidence,) = self._predictor.post_op(
            [probabilities[None]],
            return_word_box=word_boxes,
            wh_ratio_list=[width / HEIGHT],
            max_wh_ratio=padded_width(width) / HEIGHT,
        )
        return LineReading(text, float(confidence), uncertainty)

    def _to_input(self, line: Pixels) -> Tensor:
        """Return the network's input (1, 3, 48, W) in PaddleX's format: RGB in -1..1, padded with 0 on the right."""
        import cv2

        width = self.width_of(line)
        tensor = np.zeros((1, 3, HEIGHT, padded_width(width)), np.float32)
        blue_green_red = cv2.split(cv2.resize(line, (width, HEIGHT)))
        for channel, target in zip(reversed(blue_green_red), tensor[0, :, :, :width], strict=True):
            np.multiply(channel, np.float32(2 / 255), out=target)
            target -= 1
        return tensor


def padded_width(width: int) -> int:
    """Return the next step of the scale of widths, in pixels."""
    return min(_MAX_WIDTH, -(-width // _step(width)) * _step(width))


def _step(width: int) -> int:
    return next(step for limit, step in _WIDTH_STEPS if width <= limit)
