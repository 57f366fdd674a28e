"""Environment variables of libraries. This module sets all of PaddleX's, and explains why.

PaddleX reads them while it is imported and has no arguments for them, so they must be set before the first import.
Values set by the operator are not changed, except that an installation always checks the model hubs.
"""

import os
from pathlib import Path

from .cache_dir import is_writable_directory


def paddlex_homes(cache_dir: Path) -> list[Path]:
    """Return the folders in which PaddleX may store downloads.

    That is the operator's choice. Without one it is PaddleX's default ``~/.paddlex``, or a folder in our cache if the
    home directory is not writable.
    """
    configured = os.environ.get("PADDLE_PDX_CACHE_HOME")
    if configured:
        return [Path(configured)]
    return [Path(os.path.expanduser("~")) / ".paddlex", cache_dir / "paddlex"]


def prepare_paddlex(cache_dir: Path, check_hubs: bool = False) -> None:
    """Give PaddleX a writable home, and stop it from opening connections on import and when it loads a local model.

    check_hubs: before a download, let PaddleX check which model hubs respond (one second each). Without the check, a
    download from a hub that does not respond takes minutes to fail.
    """
    # PaddleX creates folders in its home on import, and fails if it cannot.
    homes = paddlex_homes(cache_dir)
    home = next((home for home in homes if is_writable_directory(home)), homes[-1])
    os.environ["PADDLE_PDX_CACHE_HOME"] = str(home)
    if check_hubs:
        os.environ.pop("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", None)
    else:
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")


def tessdata_prefix() -> Path | None:
    """Return the folder of language data that the operator has set for Tesseract."""
    configured = os.environ.get("TESSDATA_PREFIX")
    return Path(configured) if configured else None
