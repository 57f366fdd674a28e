"""PaddleOCR's own pipeline, and all that is peculiar about it, behind one class.

The only file that imports paddleocr. What it papers over:
- settings of PaddleX that can only be made by environment variable, before the import (``environment``);
- a logger that writes to stderr on its own;
- arrays are taken as BGR;
- thresholds and sizes that are stateful in the pipeline object: they are set once here, at construction.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

from .cascade import SCOUT_SQUEEZE, SQUEEZE, Cascade
from .cutting import cut_lines
from .detector import Detector
from .environment import prepare_paddlex
from .line_reader import LineReader
from .memory import keep_large_blocks_apart
from .results import Line, Polygon
from .tiles import TiledRunner
from .word_boxes import words_of

DETECTOR_SETTINGS = {
    "thresh": 0.3,
    "box_thresh": 0.6,
    "unclip_ratio": 1.5,
}


class Pipeline:
    """One detector and one recogniser, loaded. Not thread-safe: PaddleOCR's predictors give wrong text, silently, when
    two threads are in them at once (PaddleOCR issue 18268)."""

    def __init__(
        self,
        detector: tuple[str, Path],
        recogniser: tuple[str, Path],
        scout: tuple[str, Path] | None = None,
        *,
        runtime: str,
        threads: int,
        cache_dir: Path,
        use_gpu: bool = False,
    ) -> None:
        """detector, recogniser, scout: official model name and PaddleX model directory; see Detector and Cascade."""
        prepare_paddlex(cache_dir)
        from paddleocr import PaddleOCR

        logging.getLogger("paddlex").setLevel(logging.WARNING)
        import cv2

        cv2.setNumThreads(threads)
        keep_large_blocks_apart()
        self.runtime = runtime
        engine, engine_config = _engine(runtime, threads)
        self._ocr = PaddleOCR(
            paddlex_config=_config(engine),
            engine_config=engine_config,
            device="gpu" if use_gpu else "cpu",
            text_detection_model_name=detector[0],
            text_detection_model_dir=str(detector[1]),
            text_recognition_model_name=recogniser[0],
            text_recognition_model_dir=str(recogniser[1]),
        )
        inner = self._ocr.paddlex_pipeline._pipeline
        inner.text_det_model.runner = TiledRunner(inner.text_det_model.runner)
        self._detector = inner.text_det_model = Detector(inner.text_det_model)
        inner._crop_by_polys = cut_lines
        quick = scout and inner.create_model(
            {"module_name": "text_recognition", "model_name": scout[0], "model_dir": str(scout[1])}
        )
        inner.text_rec_model = (
            Cascade(LineReader(inner.text_rec_model, SQUEEZE), LineReader(quick, SCOUT_SQUEEZE))
            if quick
            else Cascade(LineReader(inner.text_rec_model))
        )
        self.seconds: dict[str, float] = {}

    def read(self, image, words: bool) -> list[Line]:
        """Lines of a picture, array (H, W, 3) uint8 RGB, in no particular order; polygons in its pixels.

        `seconds` tells afterwards how long each stage took: `recognise` is all that is not `detect`.
        """
        import cv2

        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)  # numpy takes 20 times as long: 60 ms for an A4 page
        started = time.perf_counter()
        result = self._ocr.predict(bgr, return_word_box=words)[0]
        detect = self._detector.seconds
        self.seconds = {"detect": detect, "recognise": time.perf_counter() - started - detect}
        lines = []
        for index, text in enumerate(result["rec_texts"]):
            if not text.strip():
                continue
            polygon = _polygon(result["rec_polys"][index])
            confidence = min(1.0, max(0.0, float(result["rec_scores"][index])))
            found = (
                words_of(result["text_word"][index], result["text_word_region"][index], polygon, confidence)
                if words
                else ()
            )
            lines.append(Line(text.strip(), confidence, polygon, found))
        return lines


def _engine(runtime: str, threads: int) -> tuple[str, dict]:
    """PaddleX's name for the runtime, and its settings."""
    if runtime == "openvino":
        from . import openvino_engine

        return openvino_engine.register(), {"threads": threads}
    if runtime == "onnxruntime":
        # The arena keeps the most that any picture ever took; without it memory goes back after each.
        return "onnxruntime", {
            "intra_op_num_threads": threads,
            "inter_op_num_threads": 1,
            "enable_cpu_mem_arena": False,
        }
    return "paddle_static", {"cpu_threads": threads}


def _config(engine: str) -> dict:
    """The pipeline's configuration, in PaddleX's own words (see its ``configs/pipelines/OCR.yaml``).

    The auxiliary models (orientation, unwarping, text line) stay off: they would be downloaded. The engine stands here
    because PaddleOCR takes only the names it knows as an argument, PaddleX any that is registered.
    """
    return {
        "pipeline_name": "OCR",
        "text_type": "general",
        "use_doc_preprocessor": False,
        "use_textline_orientation": False,
        "engine": engine,
        "SubModules": {
            "TextDetection": {"module_name": "text_detection", "max_side_limit": 4096, **DETECTOR_SETTINGS},
            "TextRecognition": {
                "module_name": "text_recognition",
                "score_thresh": 0.0,
            },
        },
    }


def _polygon(points) -> Polygon:
    return tuple((float(x), float(y)) for x, y in points)
