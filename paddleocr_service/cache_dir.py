"""The cache folder: generated files (model directories, pruned models) that are reused after a restart."""

import os
import tempfile
from pathlib import Path

DEFAULT = Path("~/.cache/paddleocr_service")


def is_writable_directory(path: Path) -> bool:
    """Create the directory if necessary. Return whether this process can write to it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(path, os.W_OK | os.X_OK)


def resolve_cache_dir(configured: str | os.PathLike[str] | None) -> Path:
    """Return the first writable folder of: the configured one, ``~/.cache/paddleocr_service``, one in the temp folder.

    The name of the temporary one contains the user id, so that users do not share it.
    """
    for candidate in (configured, DEFAULT) if configured else (DEFAULT,):
        path = Path(os.path.expanduser(os.fspath(candidate)))
        if is_writable_directory(path):
            return path
    path = Path(tempfile.gettempdir()) / f"paddleocr_service-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():  # created by another user: do not trust it
        return Path(tempfile.mkdtemp(prefix="paddleocr_service-"))
    return path
