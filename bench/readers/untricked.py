"""Our engine without one of its tricks, put together from its own parts, in a process that does nothing else.

Each function returns what to call instead of ``OCREngine``. Where a part is chosen inside the engine, its name is bound
anew in the module that uses it: so the engine needs no knob that nobody else turns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import numpy as np

import paddleocr_service.cascade as cascade
import paddleocr_service.detector as detector
import paddleocr_service.doubt as doubt
import paddleocr_service.engine as engine
import paddleocr_service.line_reader as line_reader
import paddleocr_service.openvino_engine as openvino_engine
import paddleocr_service.pipeline as pipeline
import paddleocr_service.tiles as tiles
from paddleocr_service import OCREngine

_FIXED_SIDE = 1280  # pixels: the detector's resolution before it followed the text
_SMALLEST_WIDTH = 320  # pixels: what PaddleX pads each line to, at least


def leave_out(name: str) -> Callable[..., OCREngine]:
    """The constructor of an engine without the trick ``name``, a key of ``WITHOUT``."""
    return WITHOUT[name]()


class _Resolving:
    """A catalogue whose answers are changed."""

    def __init__(self, catalogue, **changes: object) -> None:
        self._catalogue = catalogue
        self._changes = changes

    def __getattr__(self, name: str):
        return getattr(self._catalogue, name)

    def resolve(self, lang: str):
        return dataclasses.replace(self._catalogue.resolve(lang), **self._changes)


def _resolving(**changes: object) -> Callable[..., OCREngine]:
    def make(**settings: object) -> OCREngine:
        made = OCREngine(**settings)
        made.catalogue = _Resolving(made.catalogue, **changes)
        return made

    return make


def _no_scale_of_widths() -> Callable[..., OCREngine]:
    scaled = line_reader.padded_width
    line_reader.padded_width = lambda width: max(_SMALLEST_WIDTH, scaled(width))
    return OCREngine


def _no_line_gives_way() -> Callable[..., OCREngine]:
    line_reader._GIVES_WAY = 1.0
    return OCREngine


class _InTwoRounds(cascade.Cascade):
    """The doubted lines wait until all have been read once, and no thread makes lines ready for the others."""

    def _read(self, lines, word_boxes: bool) -> list:
        readings = cascade.Cascade(self._scout)._read(lines, word_boxes)
        doubted = [index for index, reading in enumerate(readings) if reading.doubt > self._doubt]
        again = cascade.Cascade(self._reader)._read([lines[index] for index in doubted], word_boxes)
        for index, reading in zip(doubted, again, strict=True):
            readings[index] = reading
        return readings


def _in_two_rounds() -> Callable[..., OCREngine]:
    lanes = line_reader.LineReader.lanes.fget
    line_reader.LineReader.lanes = property(lambda reader: max(1, lanes(reader) - 1))
    pipeline.Cascade = _InTwoRounds
    return OCREngine


def _threshold(chance: float) -> Callable[..., OCREngine]:
    pipeline.Cascade = partial(cascade.Cascade, doubt=chance)
    return OCREngine


def _fixed_resolution() -> Callable[..., OCREngine]:
    detector.SMALLEST = detector.LARGEST = _FIXED_SIDE
    return OCREngine


def _no_squeeze() -> Callable[..., OCREngine]:
    pipeline.SQUEEZE = pipeline.SCOUT_SQUEEZE = 1.0
    return OCREngine


def _all_spaces_doubted() -> Callable[..., OCREngine]:
    doubt._LIKELY_SPACE, doubt._SPACE_COUNTS = 2.0, 1  # a chance that nothing has
    line_reader.word_classes = lambda characters: np.ones(len(characters), np.uint8)
    return OCREngine


def _no_look_at_spots() -> Callable[..., OCREngine]:
    detector.letter_height = lambda picture: None
    return OCREngine


def _pages_whole() -> Callable[..., OCREngine]:
    tiles.LARGEST_TILE = 1 << 32
    return OCREngine


def _no_memory_given_back() -> Callable[..., OCREngine]:
    pipeline.keep_large_blocks_apart = engine.give_back_freed_memory = lambda: None
    return OCREngine


def _cut_by_paddlex() -> Callable[..., OCREngine]:
    from paddlex.inference.pipelines.components import CropByPolys

    pipeline.cut_lines = CropByPolys(det_box_type="quad")
    return OCREngine


def _compiled_with(**changes: str) -> Callable[..., OCREngine]:
    core = openvino_engine.openvino_core()

    class Core:
        read_model, get_property = core.read_model, core.get_property

        @staticmethod
        def compile_model(model, device: str, config: dict):
            return core.compile_model(model, device, {**config, **changes})

    openvino_engine.openvino_core = lambda: Core
    return OCREngine


#: Trick -> what makes an engine without it. `doubt` are other thresholds of the cascade, not tricks left out.
WITHOUT: dict[str, Callable[[], Callable[..., OCREngine]]] = {
    "alphabet": partial(_resolving, alphabet=None),
    "widths": _no_scale_of_widths,
    "giving": _no_line_gives_way,
    "squeeze": _no_squeeze,
    "spaces": _all_spaces_doubted,
    "streams": partial(_compiled_with, NUM_STREAMS="1"),
    "lanes": _in_two_rounds,
    "cascade": partial(_resolving, scout=None),
    "resolution": _fixed_resolution,
    "spots": _no_look_at_spots,
    "cutting": _cut_by_paddlex,
    "tiles": _pages_whole,
    "trim": _no_memory_given_back,
    "openvino": lambda: partial(OCREngine, runtime="onnxruntime"),
    "kernels": partial(_compiled_with, CPU_RUNTIME_CACHE_CAPACITY="0"),
    "doubt-0.06": partial(_threshold, 0.06),
    "doubt-0.15": partial(_threshold, 0.15),
}
