"""Options that change how a document is read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """The job options that change a result. They are part of the cache key (`wait` and `callback_url` are not)."""

    lang: str
    dpi: int
    pages: str = ""
    detail: str = "line"
    mode: str = "auto"
    orientation: str = "auto"
    #: Names of `services/extraction/options.py` in canonical form, or empty.
    extract: str = ""
    mask: str = ""

    def dumps(self) -> str:
        """Canonical JSON: equal options give equal text."""
        return json.dumps(asdict(self), sort_keys=True)
