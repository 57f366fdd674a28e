"""The OCR engine: image in, lines of text out. One pipeline per set of models, one call at a time."""

from __future__ import annotations

import logging
import os
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .alphabet_pruning import prune_to_alphabet
from .catalogue import Catalogue, Model, ModelSet
from .digit_columns import split_digit_columns
from .errors import RuntimeNotAvailable
from .languages import AUTO as AUTO_LANGUAGE
from .languages import is_latin, languages_found, scripts_of
from .letters import restore_letters
from .memory import release_freed_memory
from .pool import PipelinePool
from .recognisers.reader_pool import ReaderPool
from .results import OFF, EngineInfo, Line, Recognition, RecognizeOptions
from .runtimes import AUTO, ONNXRUNTIME, OPENVINO, check_gpu, default_threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Pixels
    from .images import ImageSource
    from .layout import LayoutAnalyser
    from .pipeline import Pipeline
    from .polygons import Polygon
    from .recognisers.inverted_marks import InvertedMarksPipeline
    from .recognisers.mixed import MixedPipeline
    from .recognisers.several import SeveralPipeline

logger = logging.getLogger(__name__)

ENGINE_NAME = "PaddleOCR"
#: Images with more pixels than this release freed memory to the system. After smaller images that is a loss: the next
#: image allocates the same memory again, which takes longer than many of its processing steps.
_LARGE_IMAGE_PIXELS = 2_000_000


class OCREngine:
    """PaddleOCR with the models of one family. Construction is cheap: models are loaded on first use of a language.

    Calls from several threads are safe; they run one after another. Create the engine after a fork, not before.
    """

    def __init__(
        self,
        *,
        model: str = "PP-OCRv6_small",
        runtime: str = "auto",
        threads: int | None = None,
        lang: str = "en",
        model_dir: str | os.PathLike[str] | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        max_width: int = 32_000,
        max_height: int = 32_000,
        memory_limit_mb: int | None = None,
        use_gpu: bool = False,
    ) -> None:
        """Configure the engine.

        model: model family. threads: threads of the runtime; default: all cores. lang: default language.
        max_width, max_height: in pixels; larger images are scaled down, their polygons are scaled back up.
        memory_limit_mb: if the process uses more memory than this, unused pipelines are unloaded.
        use_gpu: run the networks on the first GPU; the first call raises RuntimeNotAvailable if there is no GPU.

        Raises ModelNotAvailable for an unknown family, RuntimeNotAvailable for a runtime that is not installed.
        """
        # The OpenVINO integration of this package runs on the CPU only.
        runtime = ONNXRUNTIME if use_gpu and runtime == AUTO else runtime
        self.catalogue = Catalogue(model, model_dir, runtime, cache_dir)
        self._runtime = runtime
        self._use_gpu = use_gpu
        self._threads = threads or default_threads()
        self._lang = lang
        self._max_size = max_width, max_height
        self._pool = PipelinePool(self._load, memory_limit_mb)
        self._readers = ReaderPool(self._threads)
        self._layout: LayoutAnalyser | None = None
        self._lock = threading.Lock()

    @property
    def loaded_languages(self) -> tuple[str, ...]:
        """Languages whose models are loaded, least recently used first."""
        return self._pool.languages

    def info(self, lang: str | None = None) -> EngineInfo:
        """Return the runtime and models for ``lang`` without loading them.

        Raises UnsupportedLanguage, ModelNotAvailable.
        """
        models = self.catalogue.resolve(lang or self._lang)
        return EngineInfo(ENGINE_NAME, models.runtime, models.names)

    def warm_up(self, lang: str | None = None) -> EngineInfo:
        """Load the models of ``lang`` and run a small image through them, so that the first call is not slower than
        later ones. Raises the same errors as ``recognize``."""
        import numpy as np

        image = np.full((64, 320, 3), 255, np.uint8)
        image[24:40, 40:280] = 0  # a bar, so that the recogniser runs as well as the detector
        return self.recognize(image, RecognizeOptions(lang=lang)).engine

    def recognize(self, image: ImageSource, options: RecognizeOptions | None = None) -> Recognition:
        """Recognise the text of an image: a path, bytes, a PIL image or an array (H, W, 3) uint8 RGB.

        Raises UnreadableImage, UnsupportedLanguage, ModelNotAvailable, RuntimeNotAvailable.
        """
        from .images import load_image  # imports numpy, like reading_order and pipeline
        from .layout import LayoutAnalyser
        from .layout.regions import join_drop_caps
        from .orientation import rotated
        from .reading_order import page_text, reading_order

        options = options or RecognizeOptions()
        models = self.catalogue.resolve(options.lang or self._lang)
        pixels = load_image(image)
        height, width = pixels.shape[:2]
        with self._lock:
            lines, rotation, info, seconds = self._recognize_lines(pixels, models, options)
        lines = [restore_letters(line, models.lang) for line in lines]
        if rotation in (90, 270):
            height, width = width, height
        lang = languages_found((line.text for line in lines), models.lang)
        blocks = reading_order(join_drop_caps(split_digit_columns(lines)), width, height)
        if options.layout != OFF:
            upright = rotated(pixels, rotation) if rotation else pixels
            self._layout = self._layout or LayoutAnalyser(self._threads)
            blocks = self._layout.of_image(blocks, upright, lang, options.layout)
        ordered = tuple(line for block in blocks for line in block.lines)
        return Recognition(width, height, ordered, page_text(blocks), lang, info, blocks, rotation, seconds)

    def read_codes(
        self, image: Pixels, polygons: Sequence[Polygon], alphabet: str, lang: str | None = None
    ) -> tuple[str, ...]:
        """Read lines of an image (H, W, 3) uint8 RGB again, with the characters of an alphabet only: no detection.

        polygons: in pixels of the image; the first corner is the start of the text. Raises the errors of ``recognize``.
        """
        models = self.catalogue.resolve(lang or self._lang)
        with self._lock:
            return tuple(self._pool.get(models).read_codes(image, polygons, alphabet))

    def _recognize_lines(
        self, pixels: Pixels, models: ModelSet, options: RecognizeOptions
    ) -> tuple[list[Line], int, EngineInfo, dict[str, float]]:
        """Return the lines, the clockwise rotation applied to the image in degrees, engine info, seconds per stage."""
        from .halftone import smooth_halftones
        from .images import shrink_to_fit
        from .page_reading import TimedReader, read_page

        scaled, scale = shrink_to_fit(pixels, *self._max_size)
        pipeline = self._pipeline(models)
        reader = TimedReader(pipeline, options.words)
        lines, rotation = read_page(reader, smooth_halftones(scaled), turn=options.orientation != OFF)
        if pixels.shape[0] * pixels.shape[1] > _LARGE_IMAGE_PIXELS:
            release_freed_memory()
        if scale != 1:
            lines = [line.scaled(1 / scale) for line in lines]
        info = EngineInfo(ENGINE_NAME, pipeline.runtime, models.names)
        return lines, rotation, info, dict(reader.seconds)

    def _pipeline(self, models: ModelSet) -> Pipeline | MixedPipeline | SeveralPipeline | InvertedMarksPipeline:
        pipeline = self._pool.get(models)
        if models.others:
            from .recognisers.several import Candidate, SeveralPipeline
            from .script_classifier import load_classifier

            candidates = [
                Candidate(
                    other.lang, partial(self._line_pipeline, other), scripts_of(other.lang), other.language_data is None
                )
                for other in models.others
            ]
            return SeveralPipeline(pipeline, candidates, load_classifier() if models.lang == AUTO_LANGUAGE else None)
        return self._line_pipeline(models)

    def _line_pipeline(self, models: ModelSet) -> Pipeline | MixedPipeline | InvertedMarksPipeline:
        """Return the pipeline of one language."""
        pipeline = self._pool.get(models)
        if models.signs:
            from .recognisers.inverted_marks import InvertedMarksPipeline

            return InvertedMarksPipeline(pipeline, self._readers.get(models.signs))
        if not models.language_data:
            return pipeline
        from .recognisers.mixed import MixedPipeline

        return MixedPipeline(pipeline, self._readers.get(models.language_data), is_latin(models.lang))

    def _load(self, models: ModelSet) -> Pipeline:
        """Load a pipeline. If ``auto`` chose OpenVINO and it fails on this machine, fall back to ONNX Runtime."""
        if self._use_gpu:
            check_gpu(models.runtime)
        try:
            return self._create_pipeline(models, models.runtime)
        except Exception as error:
            if self._runtime != AUTO or models.runtime != OPENVINO:
                raise RuntimeNotAvailable(
                    f"The models {' and '.join(models.names)} cannot be loaded by the runtime {models.runtime!r}."
                ) from error
            logger.warning("OpenVINO does not work on this machine, falling back to ONNX Runtime", exc_info=error)
            return self._create_pipeline(models, ONNXRUNTIME)

    def _create_pipeline(self, models: ModelSet, runtime: str) -> Pipeline:
        from .pipeline import Pipeline

        cache_dir = self.catalogue.cache_dir
        fast = models.fast_recogniser
        return Pipeline(
            _prepare(models.detector, cache_dir),
            _prepare(models.recogniser, cache_dir, models.alphabet),
            _prepare(fast, cache_dir, models.alphabet) if fast else None,
            runtime=runtime,
            threads=self._threads,
            cache_dir=cache_dir,
            use_gpu=self._use_gpu,
        )


def _prepare(model: Model, cache_dir: Path, alphabet: str | None = None) -> tuple[str, Path]:
    """Return the model's name and its directory; recognisers are pruned to ``alphabet``."""
    directory = model.prepare(cache_dir)
    if alphabet:
        directory = prune_to_alphabet(model.name, directory, alphabet, cache_dir)
    return model.name, directory
