"""Loaded line recognisers of Tesseract. The least recently used ones are unloaded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from .language_data import LanguageData

if TYPE_CHECKING:
    from .tesseract import TesseractReader

#: Each takes about 10 MB, twice the size of its file.
_MAX_READERS = 8


class ReaderPool:
    """One reader for each language's data. Not thread-safe."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._readers: OrderedDict[LanguageData, TesseractReader] = OrderedDict()

    def get(self, data: LanguageData) -> TesseractReader:
        """Return the reader, loading it if necessary. This may unload another one. Raises OSError."""
        from .tesseract import TesseractReader  # imports tesserocr's libraries: 30 MB

        reader = self._readers.pop(data, None) or TesseractReader(data, self._threads)
        self._readers[data] = reader
        if len(self._readers) > _MAX_READERS:
            self._readers.popitem(last=False)  # freed by its last user: one that is still in use must not be closed
        return reader
