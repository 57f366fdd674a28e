"""Tesseract's program, started for each picture, as there is no other way to it from the distribution."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable


def make(threads: int, **_unused: object) -> Callable[[dict], str]:
    """Raises RuntimeError where it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        raise RuntimeError("tesseract is not installed: apt install tesseract-ocr")
    # Its threads spin while they wait for one another; where anything else runs they spin for a minute.
    environment = {**os.environ, "OMP_THREAD_LIMIT": str(threads), "OMP_WAIT_POLICY": "passive"}

    def read(request: dict) -> str:
        command = [program, request["path"], "stdout", "-l", "eng"]
        return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout

    return read
