"""Variants of our engine without one of its optimisations. A variant changes its whole process.

Each function returns a replacement for ``OCREngine``. Parts that the engine chooses internally are replaced by patching
the module that uses them, so the engine needs no settings that exist only for this benchmark.
"""

import dataclasses
from collections.abc import Callable
from functools import partial

import numpy as np

import paddleocr_service.cascade as cascade
import paddleocr_service.detector as detector
import paddleocr_service.engine as engine
import paddleocr_service.line_recogniser as line_recogniser
import paddleocr_service.openvino_engine as openvino_engine
import paddleocr_service.pipeline as pipeline
import paddleocr_service.tiles as tiles
import paddleocr_service.uncertainty as uncertainty
from paddleocr_service import OCREngine

_FIXED_SIDE = 1280  # pixels; resolution of the detector for all images
_MIN_WIDTH = 320  # pixels; PaddleX pads each line to at least this width

CreateEngine = Callable[..., OCREngine]


class _PatchedCatalogue:
    """A catalogue that changes some fields of each model set."""

    def __init__(self, catalogue, **changes: object) -> None:
        self._catalogue = catalogue
        self._changes = changes

    def __getattr__(self, name: str):
        return getattr(self._catalogue, name)

    def resolve(self, lang: str):
        return dataclasses.replace(self._catalogue.resolve(lang), **self._changes)


def _change_models(**changes: object) -> CreateEngine:
    def create(**settings: object) -> OCREngine:
        created = OCREngine(**settings)
        created.catalogue = _PatchedCatalogue(created.catalogue, **changes)
        return created

    return create


def _pad_like_paddlex() -> CreateEngine:
    padded_width = line_recogniser.padded_width
    line_recogniser.padded_width = lambda width: max(_MIN_WIDTH, padded_width(width))
    return OCREngine


def _narrow_no_line() -> CreateEngine:
    line_recogniser._NARROWING_TOLERANCE = 1.0
    return OCREngine


class _SequentialCascade(cascade.Cascade):
    """Repeats the uncertain lines only after all lines have been recognised once."""

    def _recognize(self, lines, word_boxes: bool) -> list:
        readings = cascade.Cascade(self._fast)._recognize(lines, word_boxes)
        uncertain = [index for index, reading in enumerate(readings) if reading.uncertainty > self._threshold]
        repeated = cascade.Cascade(self._accurate)._recognize([lines[index] for index in uncertain], word_boxes)
        for index, reading in zip(uncertain, repeated, strict=True):
            readings[index] = reading
        return readings


def _no_pipelining() -> CreateEngine:
    """Without the additional thread that prepares lines while all others compute."""
    concurrency = line_recogniser.LineRecogniser.concurrency.fget
    line_recogniser.LineRecogniser.concurrency = property(lambda recogniser: max(1, concurrency(recogniser) - 1))
    pipeline.Cascade = _SequentialCascade
    return OCREngine


def _set_threshold(threshold: float) -> CreateEngine:
    pipeline.Cascade = partial(cascade.Cascade, threshold=threshold)
    return OCREngine


def _fix_resolution() -> CreateEngine:
    detector.RESOLUTION = dataclasses.replace(detector.RESOLUTION, min_side=_FIXED_SIDE, max_side=_FIXED_SIDE)
    return OCREngine


def _keep_width() -> CreateEngine:
    pipeline.WIDTH_SCALE = pipeline.FAST_WIDTH_SCALE = 1.0
    return OCREngine


def _treat_spaces_like_other_characters() -> CreateEngine:
    uncertainty._MIN_SPACE_PROBABILITY, uncertainty._SPACE_WEIGHT = 2.0, 1  # no probability reaches 2
    line_recogniser.character_kinds = lambda characters: np.ones(len(characters), np.uint8)
    return OCREngine


def _skip_size_estimate() -> CreateEngine:
    detector.estimate_letter_height = lambda letters: None
    return OCREngine


def _detect_in_one_piece() -> CreateEngine:
    tiles.MAX_TILE_PIXELS = 1 << 32
    return OCREngine


def _keep_freed_memory() -> CreateEngine:
    pipeline.mmap_large_blocks = engine.release_freed_memory = lambda: None
    return OCREngine


def _crop_like_paddlex() -> CreateEngine:
    from paddlex.inference.pipelines.components import CropByPolys

    pipeline.crop_and_shrink_lines = CropByPolys(det_box_type="quad")
    return OCREngine


def _change_openvino_settings(**changes: str) -> CreateEngine:
    core = openvino_engine.openvino_core()

    class PatchedCore:
        read_model, get_property = core.read_model, core.get_property

        @staticmethod
        def compile_model(model, device: str, settings: dict):
            return core.compile_model(model, device, {**settings, **changes})

    openvino_engine.openvino_core = lambda: PatchedCore
    return OCREngine


#: Optimisation -> function that disables it and returns a replacement for ``OCREngine``. The thresholds are variants of
#: the cascade.
ABLATIONS: dict[str, Callable[[], CreateEngine]] = {
    "alphabet": partial(_change_models, alphabet=None),
    "padding": _pad_like_paddlex,
    "narrowing": _narrow_no_line,
    "width-scale": _keep_width,
    "spaces": _treat_spaces_like_other_characters,
    "streams": partial(_change_openvino_settings, NUM_STREAMS="1"),
    "pipelining": _no_pipelining,
    "cascade": partial(_change_models, fast_recogniser=None),
    "resolution": _fix_resolution,
    "size-estimate": _skip_size_estimate,
    "cropping": _crop_like_paddlex,
    "tiles": _detect_in_one_piece,
    "memory-release": _keep_freed_memory,
    "openvino": lambda: partial(OCREngine, runtime="onnxruntime"),
    "kernel-cache": partial(_change_openvino_settings, CPU_RUNTIME_CACHE_CAPACITY="0"),
    "threshold-0.06": partial(_set_threshold, 0.06),
    "threshold-0.15": partial(_set_threshold, 0.15),
}
