"""The one place that touches PaddleX's environment variables, and why each must be set.

PaddleX reads them while it is being imported, so they have to stand before the first import; there is no argument for
them. What an operator has set is left alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from .cache_dir import writable_directory


def paddlex_home(cache_dir: Path | None = None) -> Path:
    """Folder where PaddleX keeps what it downloaded: the operator's choice, else its own default ``~/.paddlex``.

    PaddleX creates this folder at import and fails where it cannot: under a read-only home it is put into our cache.
    """
    chosen = os.environ.get("PADDLE_PDX_CACHE_HOME")
    if chosen:
        return Path(chosen)
    default = Path(os.path.expanduser("~")) / ".paddlex"
    if writable_directory(default):
        return default
    return (cache_dir or default) / "paddlex"


def prepare_paddlex(cache_dir: Path) -> None:
    """Set PaddleX up so that importing it and loading a local model contacts nobody and writes where it may."""
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(paddlex_home(cache_dir)))
    # Without this PaddleX asks four model hubs whether they are there, a second each.
    os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
