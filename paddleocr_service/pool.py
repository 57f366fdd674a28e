"""Loaded pipelines, kept while memory allows; the least recently used goes first."""

from __future__ import annotations

import ctypes
import gc
import logging
from collections import OrderedDict
from collections.abc import Callable

from .catalogue import ModelSet
from .pipeline import Pipeline

logger = logging.getLogger(__name__)

_MEGABYTE = 1 << 20
# A loaded network takes some multiple of its file: weights, their packed copy, the graph, working memory of a line.
_MEMORY_OF_WEIGHTS = 4


class PipelinePool:
    """Pipelines by the names of their models: languages of one recogniser share one. Its caller does the locking."""

    def __init__(
        self,
        load: Callable[[ModelSet], Pipeline],
        memory_limit_mb: int | None = None,
        resident: Callable[[], int] | None = None,
    ) -> None:
        """load: makes a pipeline. resident: bytes that this process holds in memory (for tests)."""
        self._load = load
        self._limit = memory_limit_mb * _MEGABYTE if memory_limit_mb else None
        self._resident = resident or resident_bytes
        self._pipelines: OrderedDict[tuple[str, ...], Pipeline] = OrderedDict()
        self._languages: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages asked for whose pipeline is loaded, least recently used first."""
        return tuple(self._languages)

    def get(self, models: ModelSet) -> Pipeline:
        """The pipeline for these models, loaded if need be. Others may be dropped to make room for it."""
        pipeline = self._pipelines.pop(models.names, None)
        if pipeline is None:
            self._make_room(_expected_bytes(models))
            pipeline = self._load(models)
        self._pipelines[models.names] = pipeline
        self._languages[models.lang] = models.names
        self._languages.move_to_end(models.lang)
        self._make_room(0, keep=1)
        return pipeline

    def _make_room(self, needed: int, keep: int = 0) -> None:
        """Drop pipelines, oldest use first, until ``needed`` more bytes fit; the last ``keep`` stay whatever happens."""
        while self._limit and len(self._pipelines) > keep and self._resident() + needed > self._limit:
            names, _ = self._pipelines.popitem(last=False)
            for lang in [lang for lang, used in self._languages.items() if used == names]:
                del self._languages[lang]
            logger.info("dropped the pipeline %s to make room", "+".join(names))
            _return_freed_memory()


def _expected_bytes(models: ModelSet) -> int:
    weights = [path for model in (models.detector, models.recogniser) for path in model.weights()]
    return _MEMORY_OF_WEIGHTS * sum(path.stat().st_size for path in weights)


def resident_bytes() -> int:
    """Resident size of this process."""
    import psutil  # PaddleX brings nothing lighter, and /proc is Linux alone

    return psutil.Process().memory_info().rss


def _return_freed_memory() -> None:
    """Freed memory stays with the process until asked for, and would count against the next pipeline."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):  # not glibc
        pass
