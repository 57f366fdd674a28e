"""What the formats that are made from the uploaded file need of a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol


class Pages(Protocol):
    """A result, page by page: see `services/exports/result.py`."""

    def pages(self) -> Iterator[Mapping[str, Any]]:
        """The pages in order, each time from the first."""
