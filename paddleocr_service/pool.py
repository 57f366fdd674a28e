"""Loaded pipelines, kept while memory allows; the least recently used goes first."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from .catalogue import ModelSet
from .memory import give_back_freed_memory, resident_bytes

logger = logging.getLogger(__name__)

Loaded = TypeVar("Loaded")

_MEGABYTE = 1 << 20
# A loaded network takes some multiple of its file: weights, their packed copy, the graph, working memory of a line.
_MEMORY_OF_WEIGHTS = 4


class PipelinePool:
    """Pipelines by their models and alphabet: languages that share these share one. Its caller does the locking."""

    def __init__(
        self,
        load: Callable[[ModelSet], Loaded],
        memory_limit_mb: int | None = None,
        resident: Callable[[], int] = resident_bytes,
    ) -> None:
        """load: makes a pipeline. memory_limit_mb: None is no limit. resident: bytes that this process holds."""
        self._load = load
        self._limit = memory_limit_mb * _MEGABYTE if memory_limit_mb else None
        self._resident = resident
        self._pipelines: OrderedDict[tuple[str | None, ...], Loaded] = OrderedDict()
        self._languages: OrderedDict[str, tuple[str | None, ...]] = OrderedDict()

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages asked for whose pipeline is loaded, least recently used first."""
        return tuple(self._languages)

    def get(self, models: ModelSet) -> Loaded:
        """The pipeline for these models, loaded if need be. Others may be dropped to make room for it."""
        pipeline = self._pipelines.pop(models.key, None)
        if pipeline is None:
            self._make_room(_expected_bytes(models))
            pipeline = self._load(models)
        self._pipelines[models.key] = pipeline
        self._languages[models.lang] = models.key
        self._languages.move_to_end(models.lang)
        self._make_room(0, keep=1)
        return pipeline

    def _make_room(self, needed: int, keep: int = 0) -> None:
        """Drop pipelines, oldest use first, until ``needed`` more bytes fit; the last ``keep`` stay whatever comes."""
        while self._limit and len(self._pipelines) > keep and self._resident() + needed > self._limit:
            key, pipeline = self._pipelines.popitem(last=False)
            for lang in [lang for lang, used in self._languages.items() if used == key]:
                del self._languages[lang]
            logger.info("dropped the pipeline %s to make room", "+".join(filter(None, key)))
            del pipeline
            give_back_freed_memory(collect=True)


def _expected_bytes(models: ModelSet) -> int:
    return _MEMORY_OF_WEIGHTS * sum(path.stat().st_size for path in models.weights())
