"""The Tesseract program, started for each image, because the distribution offers no other interface."""

import os
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path


def create(threads: int, **_unused: object) -> Callable[[dict], str]:
    """Raises RuntimeError if Tesseract is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        raise RuntimeError("tesseract is not installed: apt install tesseract-ocr")
    # By default its threads wait for each other in busy loops, which takes up to a minute if the cores are shared.
    environment = {**os.environ, "OMP_THREAD_LIMIT": str(threads), "OMP_WAIT_POLICY": "passive"}

    def read(request: dict) -> str:
        command = [program, request["path"], "stdout", "-l", "eng"]
        return subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout

    return read


def read_with_library(folder: Path, data: str, source: Path | bytes) -> str:
    """Return the text of an image. Page analysis and recognition are Tesseract's. data: such as ``hin+eng``."""
    from PIL import Image

    from paddleocr_service.recognisers.tesseract import page_api

    with Image.open(BytesIO(source) if isinstance(source, bytes) else source) as image, page_api(folder, data) as api:
        api.SetImage(image.convert("RGB"))
        return str(api.GetUTF8Text())
