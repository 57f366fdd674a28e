"""One recogniser and its decoder, applied to lines with as little padding as possible.

The network and the decoder are PaddleX's; the input differs. PaddleX pads every line to at least 320 pixels, so a price
on a receipt costs as much as a sentence. Here a line is padded to the next step of a coarse scale of widths, and may be
scaled to a smaller width first, because time is proportional to width. Lines are not batched: a batch gains nothing
when each thread has its own line, and takes more memory.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .arrays import Pixels, Tensor
from .character_pitch import may_be_narrow, measure_spacing, places_of, scale_for_second_reading
from .digit_groups import spaces_in_numbers, steps_of
from .line_parts import split_line
from .uncertainty import DIGIT, Decoded, character_kinds, resolve_spaces, without_steps

HEIGHT = 48  # pixels; input height of the recognisers
_MAX_WIDTH = 3200  # a wider line is recognised in parts, which bounds the memory of the network
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
    wider_scale: width scale at which the line should be recognised again, because equal characters are too close to be
        told apart; None if they are not.
    spaces: places of the spaces of such a line, as shares of its width, if only its digits are too close; else None.
    """

    text: object
    confidence: float
    uncertainty: float
    wider_scale: float | None = None
    spaces: tuple[float, ...] | None = None

    @property
    def characters(self) -> str:
        """The text without positions."""
        return str(self.text[0] if isinstance(self.text, tuple) else self.text)


class LineRecogniser:
    """Recognises cropped lines with one PaddleX predictor, in up to ``concurrency`` threads at once."""

    def __init__(self, predictor: Any, width_scale: float = 1.0) -> None:
        """width_scale: factor for the width of a line, after the line is scaled to the input height."""
        self._predictor = predictor
        self.width_scale = width_scale
        self._kinds = character_kinds(predictor.post_op.character)
        self._is_digit = self._kinds == DIGIT

    @property
    def concurrency(self) -> int:
        return int(getattr(self._predictor.runner, "concurrency", 1))

    def recognize(self, line: Pixels, word_boxes: bool = False, width_scale: float | None = None) -> LineReading:
        """Recognise one line: array (h, w, 3) uint8 BGR, text from left to right. width_scale: instead of the usual.

        A line that is wider than the largest input is recognised in parts.
        """
        scale = width_scale or self.width_scale
        max_width = max(1, int(_MAX_WIDTH * line.shape[0] / (scale * HEIGHT)))
        parts = [(self._recognize(part, word_boxes, scale), gap) for part, gap in split_line(line, max_width)]
        return parts[0][0] if len(parts) == 1 else _join(parts)

    def recognize_in(self, line: Pixels, alphabet: str) -> str:
        """Return the text of a line, array (h, w, 3) uint8 BGR, that has only characters of an alphabet.

        All other classes except the blank are ruled out before the text is decoded (CTC, best path).
        """
        characters = list(self._predictor.post_op.character)
        classes = np.array([0, *(index for index, one in enumerate(characters) if one and one in alphabet)])

        def decode(outputs: list[Tensor]) -> str:
            best = classes[outputs[0][0][:, classes].argmax(axis=1)]
            changes = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
            return "".join(characters[best[step]] for step in changes)

        runner, tensor = self._predictor.runner, _to_input(line, min(_MAX_WIDTH, _scaled_width(line, 1.0)))
        return runner.run(tensor, decode) if hasattr(runner, "run") else decode(runner(x=[tensor]))

    def width_of(self, line: Pixels) -> int:
        """Return the width in pixels at which a line is usually recognised, without padding."""
        return _scaled_width(line, self.width_scale)

    def _recognize(self, line: Pixels, word_boxes: bool, scale: float) -> LineReading:
        width = _scaled_width(line, scale)

        def decode(outputs: list[Tensor]) -> LineReading:
            return self._decode(outputs[0][0], line, width, word_boxes)

        runner, tensor = self._predictor.runner, _to_input(line, width)
        return runner.run(tensor, decode) if hasattr(runner, "run") else decode(runner(x=[tensor]))

    def _text_of(self, decoded: Decoded, width: int, word_boxes: bool) -> LineReading:
        """The text of a line, decoded by PaddleX. width: of the line without padding."""
        decode = self._predictor.post_op.decode
        lines = decode(
            decoded.best[None], decoded.probability[None], is_remove_duplicate=True, return_word_box=word_boxes
        )
        text, confidence, *positions = lines[0]
        if positions:
            # PaddleX counts the steps of the padded line.
            positions[0][0] *= width / padded_width(width)
            text = text, positions[0]
        return LineReading(text, float(confidence), decoded.uncertainty)

    def _decode(self, steps: Tensor, line: Pixels, width: int, word_boxes: bool) -> LineReading:
        """steps: probabilities (T, classes), a view of the runner's memory. width: of the line without padding."""
        decoded = resolve_spaces(steps, self._kinds)
        reading = self._text_of(decoded, width, word_boxes)
        if wrong := spaces_in_numbers(reading.characters):
            decoded = without_steps(decoded, steps_of(wrong, decoded.best))
            reading = self._text_of(decoded, width, word_boxes)
        characters, full_width = reading.characters, HEIGHT * line.shape[1] / line.shape[0]
        if not may_be_narrow(characters, full_width):
            return reading
        step_width = padded_width(width) / len(steps) * full_width / width
        spacing = measure_spacing(decoded.best, self._is_digit, full_width, step_width)
        wider = scale_for_second_reading(characters, spacing)
        if not wider or spacing.letters_are_close:
            return replace(reading, wider_scale=wider)
        spaces = places_of(characters, " ", decoded.best, step_width / full_width)
        return replace(reading, wider_scale=wider, spaces=spaces)


def _scaled_width(line: Pixels, scale: float) -> int:
    height, width = line.shape[:2]
    scaled: int = max(1, math.ceil(scale * HEIGHT * width / height))
    narrower = scaled // _step(scaled) * _step(scaled)
    return narrower if scaled <= narrower * _NARROWING_TOLERANCE else scaled


def _to_input(line: Pixels, width: int) -> Tensor:
    """Return the network's input (1, 3, 48, W) in PaddleX's format: RGB in -1..1, padded with 0 on the right."""
    import cv2

    tensor = np.zeros((1, 3, HEIGHT, padded_width(width)), np.float32)
    blue_green_red = cv2.split(cv2.resize(line, (width, HEIGHT)))
    for channel, target in zip(reversed(blue_green_red), tensor[0, :, :, :width], strict=True):
        np.multiply(channel, np.float32(2 / 255), out=target)
        target -= 1
    return tensor


def _join(parts: Sequence[tuple[LineReading, bool]]) -> LineReading:
    """Return the reading of a line from those of its parts; a space follows a part whose flag is set."""
    text, count, confidence = "", 0, 0.0
    positions: list[Any] = [0.0, [], [], []]  # PaddleX's: number of steps, words, steps of their characters, kinds
    space = False
    for reading, gap in parts:
        characters = reading.characters
        space = space and not (text.endswith(" ") or characters.startswith(" "))
        if isinstance(reading.text, tuple):
            _append_positions(positions, reading.text[1], space)
        text += " " * space + characters
        confidence += reading.confidence * len(characters)
        count += len(characters)
        space = gap
    uncertainty = max(reading.uncertainty for reading, _ in parts)
    wider_scale = max((reading.wider_scale for reading, _ in parts if reading.wider_scale), default=None)
    has_positions = isinstance(parts[0][0].text, tuple)
    return LineReading(
        (text, positions) if has_positions else text, confidence / max(1, count), uncertainty, wider_scale
    )


def _append_positions(positions: list[Any], added: Sequence[Any], space: bool) -> None:
    steps, words, columns, kinds = added
    offset = positions[0]
    if space:
        words, columns, kinds = [[" "], *words], [[0], *columns], ["symbol", *kinds]
    positions[0] += steps
    positions[1] += words
    positions[2] += [[offset + column for column in word] for word in columns]
    positions[3] += kinds


def padded_width(width: int) -> int:
    """Return the next step of the scale of widths, in pixels."""
    return min(_MAX_WIDTH, -(-width // _step(width)) * _step(width))


def _step(width: int) -> int:
    return next((step for limit, step in _WIDTH_STEPS if width <= limit), _WIDTH_STEPS[-1][1])
