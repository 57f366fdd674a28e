"""PaddleOCR's pipeline and all its peculiarities behind one class.

This is the only file that imports paddleocr. It handles these peculiarities:
- some PaddleX settings can only be made by environment variables, before the import (``environment.py``);
- PaddleX installs a logger that writes to stderr;
- the pipeline expects BGR arrays;
- thresholds and sizes are state of the pipeline object, so they are set once, at construction.
"""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import Pixels
from .cascade import FAST_WIDTH_SCALE, WIDTH_SCALE, Cascade
from .detector import Detector
from .environment import prepare_paddlex
from .large_lines import crop_and_shrink_lines
from .line_crops import crop_along
from .line_recogniser import LineRecogniser
from .memory import mmap_large_blocks
from .polygons import Polygon, map_points, point_along
from .results import Line, Word
from .tiles import run_in_tiles
from .visual_order import in_logical_order, runs_from_right
from .word_boxes import words_of_line

_DETECTION = {"thresh": 0.3, "box_thresh": 0.6, "unclip_ratio": 1.5}


class Pipeline:
    """One detector and one or two recognisers, loaded. Not thread-safe: PaddleOCR's predictors silently return wrong
    text if two threads use them at once (PaddleOCR issue 18268)."""

    def __init__(
        self,
        detector: tuple[str, Path],
        recogniser: tuple[str, Path],
        fast_recogniser: tuple[str, Path] | None = None,
        *,
        runtime: str,
        threads: int,
        cache_dir: Path,
        use_gpu: bool = False,
    ) -> None:
        """Load the models. Each is given as official model name and PaddleX model directory.

        fast_recogniser: recognises every line first, see Cascade.
        """
        prepare_paddlex(cache_dir)
        import cv2
        from paddleocr import PaddleOCR

        logging.getLogger("paddlex").setLevel(logging.WARNING)
        cv2.setNumThreads(threads)
        mmap_large_blocks()
        self.runtime = runtime
        self._reversed = runs_from_right(recogniser[0])
        engine, engine_config = _engine(runtime, threads)
        self._ocr = PaddleOCR(
            paddlex_config=_pipeline_config(engine),
            engine_config=engine_config,
            device="gpu" if use_gpu else "cpu",
            text_detection_model_name=detector[0],
            text_detection_model_dir=str(detector[1]),
            text_recognition_model_name=recogniser[0],
            text_recognition_model_dir=str(recogniser[1]),
        )
        inner = self._ocr.paddlex_pipeline._pipeline
        run_in_tiles(inner.text_det_model)
        self._detector = inner.text_det_model = Detector(inner.text_det_model)
        inner._crop_by_polys = crop_and_shrink_lines
        inner.text_rec_model = _cascade(inner, fast_recogniser)
        self.seconds: dict[str, float] = {}

    def recognize(self, image: Pixels, words: bool, keep_empty: bool = False) -> list[Line]:
        """Return the lines of an RGB image (H, W, 3) in arbitrary order, with polygons in its pixels.

        keep_empty: also return the lines in which nothing was recognised.
        Afterwards ``seconds`` holds the duration of each stage; ``recognise`` is everything except ``detect``.
        """
        import cv2

        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)  # numpy is 20 times slower: 60 ms for an A4 page
        started = time.perf_counter()
        result = self._ocr.predict(bgr, return_word_box=words)[0]
        detect = self._detector.seconds
        self.seconds = {"detect": detect, "recognise": time.perf_counter() - started - detect}
        texts = result["rec_texts"]
        lines = [_line(result, index, words) for index, text in enumerate(texts) if keep_empty or text.strip()]
        return list(map(_in_logical_order, lines)) if self._reversed else lines

    def detect(self, image: Pixels, least: float = _DETECTION["box_thresh"]) -> list[Polygon]:
        """Return the polygons of the lines of an RGB image (H, W, 3) in arbitrary order, and set ``seconds``.

        least: score of a line, the mean of the network's probabilities inside of it.
        """
        import cv2

        result = self._detector([np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8)], box_thresh=least)[0]
        self.seconds = {"detect": self._detector.seconds}
        return [_polygon(points) for points in result["dt_polys"]]

    def read_lines(self, image: Pixels, polygons: Sequence[Polygon], words: bool) -> list[Line]:
        """Return a line for each polygon of an RGB image (H, W, 3), without detection.

        The first corner of a polygon is the start of its text. The text may be empty. Afterwards ``seconds`` holds the
        duration.
        """
        started = time.perf_counter()
        crops = [crop_along(image, polygon)[..., ::-1] for polygon in polygons]
        results = self._ocr.paddlex_pipeline._pipeline.text_rec_model(crops, return_word_box=words)
        lines = [_line_along(result, polygon, words) for result, polygon in zip(results, polygons, strict=True)]
        self.seconds = {"recognise": time.perf_counter() - started}
        return list(map(_in_logical_order, lines)) if self._reversed else lines

    def read_codes(self, image: Pixels, polygons: Sequence[Polygon], alphabet: str) -> list[str]:
        """Return a text for each polygon of an RGB image (H, W, 3) that has only characters of an alphabet."""
        recogniser = self._ocr.paddlex_pipeline._pipeline.text_rec_model
        return [recogniser.recognize_in(crop_along(image, polygon)[..., ::-1], alphabet) for polygon in polygons]


def _line(result: dict[str, Any], index: int, with_words: bool) -> Line:
    polygon = _polygon(result["rec_polys"][index])
    confidence = min(1.0, max(0.0, float(result["rec_scores"][index])))
    words: tuple[Word, ...] = ()
    if not result["rec_texts"][index].strip():
        return Line("", 0.0, polygon)
    if with_words and len(result["rec_texts"][index].strip()) == 1:
        words = (Word(result["rec_texts"][index].strip(), confidence, polygon),)
    elif with_words:
        words = words_of_line(result["text_word"][index], result["text_word_region"][index], polygon, confidence)
    return Line(result["rec_texts"][index].strip(), confidence, polygon, words)


def _line_along(result: dict[str, Any], polygon: Polygon, with_words: bool) -> Line:
    """Return the line of a polygon whose first corner is the start of its text. result: of the recogniser."""
    confidence = min(1.0, max(0.0, float(result["rec_score"])))
    if not with_words:
        return Line(result["rec_text"].strip(), confidence, polygon)
    text, positions = result["rec_text"]
    return Line(text.strip(), confidence, polygon, _words_along(text, positions, polygon, confidence))


def _words_along(text: str, positions: Any, polygon: Polygon, confidence: float) -> tuple[Word, ...]:
    """Return the words of such a line: their boxes are computed for a horizontal line, then placed on the polygon."""
    from paddlex.inference.pipelines.components import cal_ocr_word_box

    if len(text.strip()) <= 1:
        return (Word(text.strip(), confidence, polygon),) if text.strip() else ()
    width, height = math.dist(polygon[0], polygon[1]), math.dist(polygon[0], polygon[3])
    level = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    tokens, boxes = cal_ocr_word_box(text, np.array(level), positions)
    words = words_of_line(tokens, boxes, level, confidence)
    return tuple(replace(word, polygon=map_points(word.polygon, point_along(polygon, width, height))) for word in words)


def _in_logical_order(line: Line) -> Line:
    """Return a line of a recogniser that returns characters from left to right, its text and words in logical order."""
    text = in_logical_order(line.text)
    if text == line.text:
        return line
    words = tuple(replace(word, text=in_logical_order(word.text)) for word in reversed(line.words))
    return replace(line, text=text, words=words)


def _polygon(points: Any) -> Polygon:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return first, second, third, fourth


def _cascade(inner: Any, fast_recogniser: tuple[str, Path] | None) -> Cascade:
    if not fast_recogniser:
        return Cascade(LineRecogniser(inner.text_rec_model))
    name, directory = fast_recogniser
    fast = inner.create_model({"module_name": "text_recognition", "model_name": name, "model_dir": str(directory)})
    return Cascade(LineRecogniser(inner.text_rec_model, WIDTH_SCALE), LineRecogniser(fast, FAST_WIDTH_SCALE))


def _engine(runtime: str, threads: int) -> tuple[str, dict[str, Any]]:
    """Return PaddleX's name for the runtime, and its settings."""
    if runtime == "openvino":
        from . import openvino_engine

        return openvino_engine.register(), {"threads": threads}
    if runtime == "onnxruntime":
        # The arena never shrinks below the largest image so far; without it memory is freed after each image.
        threading = {"intra_op_num_threads": threads, "inter_op_num_threads": 1}
        return "onnxruntime", {**threading, "enable_cpu_mem_arena": False}
    return "paddle_static", {"cpu_threads": threads}


def _pipeline_config(engine: str) -> dict[str, Any]:
    """Return the pipeline configuration in PaddleX's format (see its ``configs/pipelines/OCR.yaml``).

    The auxiliary models (orientation, unwarping, text line) are off, because PaddleX would download them. The engine is
    set here because PaddleOCR's own argument accepts a fixed list of names, PaddleX any registered engine.
    """
    return {
        "pipeline_name": "OCR",
        "text_type": "general",
        "use_doc_preprocessor": False,
        "use_textline_orientation": False,
        "engine": engine,
        "SubModules": {
            "TextDetection": {"module_name": "text_detection", "max_side_limit": 1 << 15, **_DETECTION},
            "TextRecognition": {"module_name": "text_recognition", "score_thresh": 0.0},
        },
    }
