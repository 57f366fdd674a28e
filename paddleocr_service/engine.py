"""The engine: pictures in, lines out. One pipeline a language, one call at a time."""

from __future__ import annotations

import os
import threading

from .catalogue import Catalogue, ModelSet
from .images import load_image, shrink_to_fit
from .pipeline import Pipeline
from .pool import PipelinePool
from .results import EngineInfo, Line, Recognition, RecognizeOptions
from .runtimes import default_threads

ENGINE_NAME = "PaddleOCR"


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
    ) -> None:
        """model: family name. threads: of the runtime, default all cores. lang: where a call names none.
        max_width, max_height: pixels; larger pictures are scaled down and their polygons back up.
        memory_limit_mb: resident size of this process above which pipelines out of use are dropped.

        Raises ModelNotAvailable for an unknown family, RuntimeNotAvailable for a runtime that is not installed.
        """
        self.catalogue = Catalogue(model, model_dir, runtime, cache_dir)
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
        return self._info(self.catalogue.resolve(lang or self._lang))

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
        small, scale = shrink_to_fit(pixels, *self._max_size)
        with self._lock:
            lines = self._pool.get(models).read(small, options.words)
        rows = _rows([line.scaled(1 / scale) for line in lines] if scale != 1 else lines, width, height)
        return Recognition(
            width=width,
            height=height,
            lines=tuple(line for row in rows for line in row),
            text="\n".join(" ".join(line.text for line in row) for row in rows),
            lang=models.lang,
            engine=self._info(models),
        )

    def _load(self, models: ModelSet) -> Pipeline:
        cache_dir = self.catalogue.cache_dir
        return Pipeline(
            (models.detector.name, models.detector.prepare(cache_dir)),
            (models.recogniser.name, models.recogniser.prepare(cache_dir)),
            runtime=models.runtime,
            threads=self._threads,
            cache_dir=cache_dir,
        )

    def _info(self, models: ModelSet) -> EngineInfo:
        return EngineInfo(ENGINE_NAME, models.runtime, models.names)


def _rows(lines: list[Line], width: int, height: int) -> list[list[Line]]:
    return [[line] for line in sorted(lines, key=lambda line: line.polygon[0][1])]
