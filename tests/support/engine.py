"""Helpers for tests of the real engine: images with known text, and runs in a separate process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

REPOSITORY = Path(__file__).resolve().parents[2]

PROSE = (
    "The harbour master wrote down every ship that came in, with its cargo and the name of its captain.",
    "Forty barrels of salted herring went to the market on the hill, and nine to the inn by the bridge.",
    "Nobody could say why the lighthouse had been dark since Tuesday, but the keeper was seen in town.",
    "At 7:45 the ferry left for the islands with 128 passengers, two horses and a crate of oranges.",
    "Invoice 20914 was paid in full: 1,250.00 for timber, 318.40 for rope, and 76.25 for the rest.",
    "Quick brown foxes jump over lazy dogs, while five boxing wizards watch them from the quay.",
    "A letter from the ministry asked for the list of 1887, which had burnt with the old town hall.",
    "Rain is expected from the west (12 mm by noon), clearing later; wind 5 to 6, gusts up to 8.",
)


def draw_lines(draw: ImageDraw.ImageDraw, lines: list[str], x: int, y: int, size: int, leading: float = 1.4) -> None:
    """Draw lines of black text below each other, from (x, y). size: font size in pixels."""
    font = ImageFont.load_default(size)
    for row, line in enumerate(lines):
        draw.text((x, y + round(row * size * leading)), line, font=font, fill=0)


def wrap_text(text: str, size: int, width: int) -> list[str]:
    """Wrap ``text`` into lines of at most ``width`` pixels."""
    font, lines = ImageFont.load_default(size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines, word] if font.getlength(longer) > width else [*lines[:-1], longer]
    return lines


def blank_page(width: int = 2480, height: int = 1400) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return a white image and its drawing context. A4 at 300 dpi is 2480 pixels wide."""
    image = Image.new("L", (width, height), 255)
    return image, ImageDraw.Draw(image)


def run_in_subprocess(code: str, **environment: str) -> dict[str, Any]:
    """Run Python code that stores its results in a dict named ``found``. Return that dict, and stderr in it."""
    done = subprocess.run(
        [sys.executable, "-c", f"import json; found = {{}}\n{code}\nprint(); print(json.dumps(found))"],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    return {**json.loads(done.stdout.strip().splitlines()[-1]), "stderr": done.stderr}
