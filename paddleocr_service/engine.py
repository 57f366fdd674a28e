"""The engine: pictures in, lines out. One pipeline a language, one call at a time."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter
from pathlib import Path

from .alphabet_cut import cut_to_alphabet
from .catalogue import Catalogue, Model, ModelSet
from .errors import RuntimeNotAvailable
from .images import load_image, shrink_to_fit
from .memory import give_back_freed_memory
from .orientation import read_righted
from .pipeline import Pipeline
from .pool import PipelinePool
from .results import OFF, EngineInfo, Line, Recognition, RecognizeOptions
from .runtimes import AUTO, ONNXRUNTIME, OPENVINO, check_gpu, default_threads
from .stacks import unstacked

logger = logging.getLogger(__name__)

ENGINE_NAME = "PaddleOCR"
#: Pixels of a picture after which freed memory goes back to the system. The next small one would only fetch it again,
#: which takes longer than many of its steps.
_LARGE = 2_000_000


class OCREngine:
    """PaddleOCR over the models of one family. Cheap to make: a pipeline is loaded when its language is first read.

    Calls from several threads are safe and take turns. Not to be shared across a fork: make it after.
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
        max_width: int = 4096,
        max_height: int = 4096,
        memory_limit_mb: int | None = None,
        use_gpu: bool = False,
    ) -> None:
        """model: family name. threads: of the runtime, default all cores. lang: where a call names none.
        max_width, max_height: pixels; larger pictures are scaled down and their polygons back up.
        memory_limit_mb: resident size of this process above which pipelines out of use are dropped.
        use_gpu: run the networks on the first GPU; the first call raises RuntimeNotAvailable where there is none.

        Raises ModelNotAvailable for an unknown family, RuntimeNotAvailable for a runtime that is not installed.
        """
        # OpenVINO's plug-in here is the processor's.
        runtime = ONNXRUNTIME if use_gpu and runtime == AUTO else runtime
        self.catalogue = Catalogue(model, model_dir, runtime, cache_dir)
        self._runtime = runtime
        self._use_gpu = use_gpu
        self._threads = threads or default_threads()
        self._lang = lang
        self._max_size = max_width, max_height
        self._pool = PipelinePool(self._load, memory_limit_mb)
        self._lock = threading.Lock()

    @property
    def loaded_languages(self) -> tuple[str, ...]:
        """Languages that can be read without loading anything, least recently used first."""
        return self._pool.languages

    def info(self, lang: str | None = None) -> EngineInfo:
        """What would read ``lang``, without loading it. Raises UnsupportedLanguage, ModelNotAvailable."""
        models = self.catalogue.resolve(lang or self._lang)
        return EngineInfo(ENGINE_NAME, models.runtime, models.names)

    def warm_up(self, lang: str | None = None) -> EngineInfo:
        """Load the pipeline of ``lang`` and run a small picture through it, so that the first call is no slower than
        the others. Raises as recognize does."""
        import numpy as np

        blank = np.full((64, 320, 3), 255, np.uint8)
        blank[24:40, 40:280] = 0  # a bar, so that the recogniser runs as well
        return self.recognize(blank, RecognizeOptions(lang=lang)).engine

    def recognize(self, image, options: RecognizeOptions | None = None) -> Recognition:
        """Read a picture: a path, bytes, a PIL image or an array (H, W, 3) uint8 RGB.

        Raises UnreadableImage, UnsupportedLanguage, ModelNotAvailable, RuntimeNotAvailable.
        """
        options = options or RecognizeOptions()
        models = self.catalogue.resolve(options.lang or self._lang)
        pixels = load_image(image)
        height, width = pixels.shape[:2]
        with self._lock:
            lines, turn, info, seconds = self._read(pixels, models, options)
        if turn in (90, 270):
            height, width = width, height
        from .reading_order import page_text, reading_order  # numpy comes with it

        blocks = reading_order(unstacked(lines), width, height)
        in_order = tuple(line for block in blocks for line in block.lines)
        return Recognition(width, height, in_order, page_text(blocks), models.lang, info, blocks, turn, seconds)

    def _read(
        self, pixels, models: ModelSet, options: RecognizeOptions
    ) -> tuple[list[Line], int, EngineInfo, dict[str, float]]:
        """Lines, the degrees by which the picture was turned clockwise for them, who read them, seconds by stage."""
        small, scale = shrink_to_fit(pixels, *self._max_size)
        pipeline = self._pool.get(models)
        seconds: Counter[str] = Counter()

        def read(picture) -> list[Line]:
            lines = pipeline.read(picture, options.words)
            seconds.update(pipeline.seconds)  # a picture that is righted is read more than once
            return lines

        lines, turn = (read(small), 0) if options.orientation == OFF else read_righted(read, small)
        if pixels.shape[0] * pixels.shape[1] > _LARGE:
            give_back_freed_memory()
        if scale != 1:
            lines = [line.scaled(1 / scale) for line in lines]
        return lines, turn, EngineInfo(ENGINE_NAME, pipeline.runtime, models.names), dict(seconds)

    def _load(self, models: ModelSet) -> Pipeline:
        """The pipeline, on ONNX Runtime where ``auto`` chose OpenVINO and this machine's will not run."""
        if self._use_gpu:
            check_gpu(models.runtime)
        try:
            return self._pipeline(models, models.runtime)
        except Exception as error:
            if self._runtime != AUTO or models.runtime != OPENVINO:
                raise RuntimeNotAvailable(
                    f"The models {' and '.join(models.names)} cannot be loaded by the runtime {models.runtime!r}."
                ) from error
            logger.warning("OpenVINO does not work here, ONNX Runtime takes over", exc_info=error)
            return self._pipeline(models, ONNXRUNTIME)

    def _pipeline(self, models: ModelSet, runtime: str) -> Pipeline:
        cache_dir = self.catalogue.cache_dir

        def prepared(model: Model | None) -> tuple[str, Path] | None:
            if model is None:
                return None
            folder = model.prepare(cache_dir)
            if models.alphabet and model is not models.detector:
                folder = cut_to_alphabet(model.name, folder, models.alphabet, cache_dir)
            return model.name, folder

        return Pipeline(
            prepared(models.detector),
            prepared(models.recogniser),
            prepared(models.scout),
            runtime=runtime,
            threads=self._threads,
            cache_dir=cache_dir,
            use_gpu=self._use_gpu,
        )
