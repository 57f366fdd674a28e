"""Loaded pipelines. If memory runs short, the least recently used ones are unloaded."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from .catalogue import ModelSet
from .memory import release_freed_memory, resident_bytes

logger = logging.getLogger(__name__)

PipelineT = TypeVar("PipelineT")

_MEGABYTE = 1 << 20
#: Memory of a loaded network by the size of its files: weights, their packed copy, the graph, working memory of a line.
_MEMORY_PER_FILE_BYTE = 4


class PipelinePool(Generic[PipelineT]):
    """Pipelines by their models and alphabet; languages with the same ones share a pipeline. Not thread-safe."""

    def __init__(
        self,
        load: Callable[[ModelSet], PipelineT],
        memory_limit_mb: int | None = None,
        resident: Callable[[], int] = resident_bytes,
    ) -> None:
        """load: creates a pipeline. memory_limit_mb: None for no limit. resident: memory of this process in bytes."""
        self._load = load
        self._limit = memory_limit_mb * _MEGABYTE if memory_limit_mb else None
        self._resident = resident
        self._pipelines: OrderedDict[tuple[str | None, ...], PipelineT] = OrderedDict()
        self._languages: OrderedDict[str, tuple[str | None, ...]] = OrderedDict()

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages whose pipeline is loaded, least recently used first."""
        return tuple(self._languages)

    def get(self, models: ModelSet) -> PipelineT:
        """Return the pipeline for these models, loading it if necessary. This may unload others."""
        pipeline = self._pipelines.pop(models.key, None)
        if pipeline is None:
            file_bytes = sum(path.stat().st_size for path in models.weights())
            self._free_memory(_MEMORY_PER_FILE_BYTE * file_bytes)
            pipeline = self._load(models)
        self._pipelines[models.key] = pipeline
        self._languages[models.lang] = models.key
        self._languages.move_to_end(models.lang)
        self._free_memory(0, keep=1)
        return pipeline

    def _free_memory(self, needed: int, keep: int = 0) -> None:
        """Unload pipelines, least recently used first, until ``needed`` bytes fit. The last ``keep`` always stay."""
        while self._limit and len(self._pipelines) > keep and self._resident() + needed > self._limit:
            key, pipeline = self._pipelines.popitem(last=False)
            for lang in [lang for lang, used in self._languages.items() if used == key]:
                del self._languages[lang]
            logger.info("unloaded the pipeline %s to free memory", "+".join(filter(None, key)))
            del pipeline
            release_freed_memory(collect=True)
