"""The one place that touches PaddleX's environment variables, and why each must be set.

PaddleX reads them while it is being imported, so they have to stand before the first import; there is no argument for
them. What an operator has set is left alone.
"""

from __future__ import annotations

import os
from pathlib import Path

from .cache_dir import writable_directory


def paddlex_homes(cache_dir: Path) -> list[Path]:
    """Folders below which PaddleX may have put what it downloaded: the operator's choice, else its own default
    ``~/.paddlex``, else (a home that cannot be written) one in our cache."""
    chosen = os.environ.get("PADDLE_PDX_CACHE_HOME")
    if chosen:
        return [Path(chosen)]
    return [Path(os.path.expanduser("~")) / ".paddlex", cache_dir / "paddlex"]


def prepare_paddlex(cache_dir: Path, look_for_hubs: bool = False) -> None:
    """Set PaddleX up so that importing it and loading a local model contacts nobody and writes where it may.

    look_for_hubs: let it ask the model hubs whether they are there, a second each, before it downloads: a download
    from one that is not would try for minutes.
    """
    # PaddleX makes folders in its home at import, and fails where it cannot.
    homes = paddlex_homes(cache_dir)
    home = next((home for home in homes if writable_directory(home)), homes[-1])
    os.environ["PADDLE_PDX_CACHE_HOME"] = str(home)
    if look_for_hubs:
        os.environ.pop("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", None)
    else:
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
