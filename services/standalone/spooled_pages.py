"""The pages of a document in a temporary file, because they may not fit into memory together."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

from utils.compact_json import dumps

#: Bytes that stay in memory.
_IN_MEMORY = 8 << 20


class SpooledPages:
    """A context that holds the pages with their words, which the result may lack."""

    def __enter__(self) -> SpooledPages:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)
        self._count = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count

    def append(self, page: dict[str, Any]) -> None:
        self._file.write(dumps(page) + b"\n")
        self._count += 1

    def pages(self) -> Iterator[dict[str, Any]]:
        """All pages, each time from the first. Nothing may be appended meanwhile."""
        self._file.seek(0)
        return map(json.loads, self._file)
