"""What the clients are tried with: two services, and files with what /ocr returns for them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pymupdf
import requests
from PIL import Image

KEY = "compat-check-key-0123456789"
SAMPLE = Path(__file__).parents[2] / "docs" / "sample.png"
SETTINGS = {"API_KEYS": f"checker:{KEY}", "RATE_LIMIT_ENABLED": "false"}
#: A service with these and without a worker soon rejects jobs.
FULL = {**SETTINGS, "MAX_QUEUE_WAIT": "5"}
HEADERS = {"X-API-Key": KEY}
_TIMEOUT = 120


def draw_files(folder: Path) -> dict[str, Path]:
    """A picture; a PDF with a page of text and a scanned one; the picture on its side; and a file that is neither."""
    folder.mkdir(parents=True, exist_ok=True)
    turned = io.BytesIO()
    with Image.open(SAMPLE) as picture:
        picture.transpose(Image.Transpose.ROTATE_90).save(turned, "PNG")
    contents = {
        "picture.png": SAMPLE.read_bytes(),
        "two_pages.pdf": _two_pages(),
        "rotated.png": turned.getvalue(),
        "broken.pdf": b"%PDF-1.7\nnothing of a PDF follows",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name.partition(".")[0]: folder / name for name in contents}


def write_scene(target: Path, url: str, full_url: str, files: dict[str, Path]) -> None:
    """The description that the scripts read."""
    fill_queue(full_url)
    results = {name: read(url, path) for name, path in files.items() if name != "broken"}
    paths = {name: str(path) for name, path in files.items()}
    scene = {"url": url, "full_url": full_url, "key": KEY, "files": paths, "results": results}
    target.write_text(json.dumps(scene))


def read(url: str, path: Path) -> dict[str, Any]:
    """What /ocr returns, always with pages."""
    options = {"detail": "word", "wait": "60"}
    with open(path, "rb") as file:
        sent = requests.post(
            f"{url}/ocr/predict", files={"file": file}, data=options, headers=HEADERS, timeout=_TIMEOUT
        )
    sent.raise_for_status()
    result: dict[str, Any] = sent.json()
    return result if "pages" in result else {**result, "pages": [{"page": 1, **result}], "full_text": result["text"]}


def fill_queue(url: str) -> None:
    """Send jobs until one is rejected. Raises AssertionError."""
    for number in range(200):
        picture = io.BytesIO()
        Image.new("L", (300 + number, 300), 255).save(picture, "PNG")
        files = {"file": picture.getvalue()}
        if requests.post(f"{url}/ocr/image", files=files, headers=HEADERS, timeout=_TIMEOUT).status_code == 503:
            return
    raise AssertionError("The queue does not become full.")


def _two_pages() -> bytes:
    document = pymupdf.open()
    page = document.new_page()
    for row, text in enumerate(("Minutes of the first meeting", "Present were all members of the board.")):
        page.insert_text((72, 100 + 30 * row), text, fontsize=12)
    document.new_page().insert_image(pymupdf.Rect(72, 72, 400, 500), filename=SAMPLE)
    content: bytes = document.tobytes()
    return content
