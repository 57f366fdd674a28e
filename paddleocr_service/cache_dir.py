"""Where files that we make (model directories, cut alphabets) may be kept between starts."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

DEFAULT = Path("~/.cache/paddleocr_service")


def writable_directory(path: Path) -> bool:
    """Create ``path`` if need be and say whether this process can write there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(path, os.W_OK | os.X_OK)


def resolve_cache_dir(chosen: str | os.PathLike[str] | None) -> Path:
    """The folder asked for, else ``~/.cache/paddleocr_service``, else (neither writable) one below the temp folder.

    The temp folder's is named after the user, so that one user's files are never taken for another's.
    """
    for candidate in filter(None, (chosen, DEFAULT)):
        path = Path(os.path.expanduser(candidate))
        if writable_directory(path):
            return path
    path = Path(tempfile.gettempdir()) / f"paddleocr_service-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():  # somebody else got there first: take no chances
        return Path(tempfile.mkdtemp(prefix="paddleocr_service-"))
    return path
