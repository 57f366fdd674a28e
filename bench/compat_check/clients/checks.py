"""For the scripts of the clients. Runs in their virtual environments, so it imports nothing but Python's library."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Scene:
    """The services, and files with what /ocr returns for them: `picture`, `two_pages`, `rotated` and `broken`."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.url, self.full_url, self.key = (description[name] for name in ("url", "full_url", "key"))
        self._files, self._results = description["files"], description["results"]

    def path(self, name: str) -> Path:
        return Path(self._files[name])

    def pages(self, name: str) -> list[dict[str, Any]]:
        pages: list[dict[str, Any]] = self._results[name]["pages"]
        return pages

    def text(self, name: str) -> str:
        return str(self._results[name]["full_text"])

    def result(self, name: str) -> dict[str, Any]:
        result: dict[str, Any] = self._results[name]
        return result


def words(text: str) -> list[str]:
    """Words and numbers, without the markup of Markdown."""
    return re.findall(r"\w+", text)


def same_words(found: str, expected: str) -> None:
    assert words(found) == words(expected), f"{found[:200]!r} is not {expected[:200]!r}"


def close(found: list[float], expected: list[float], limit: float = 2) -> None:
    """The same numbers, up to rounding."""
    differences = [abs(one - other) for one, other in zip(found, expected, strict=True)]
    assert max(differences) <= limit, f"{found} is not {expected}"


def rectangle(polygon: list[list[float]]) -> list[float]:
    xs, ys = zip(*polygon, strict=True)
    return [min(xs), min(ys), max(xs), max(ys)]


def fails(kind: type[BaseException], action: Callable[[], object], *parts: str) -> None:
    """The action raises this error with a message that contains one of `parts`."""
    try:
        action()
    except kind as error:
        message = f"{error} {getattr(error, 'detail', '')}"
        assert any(part in message for part in parts), f"unreadable message: {message[:300]}"
        return
    raise AssertionError(f"no {kind.__name__}")


def run(checks: dict[str, Callable[[Scene], None]]) -> None:
    """Print a line of JSON for each check. A problem is one line of text; empty: the check passes."""
    scene = Scene(json.loads(Path(sys.argv[1]).read_text()))
    for name, check in checks.items():
        problem = ""
        try:
            check(scene)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            problem = " ".join(f"{type(error).__name__}: {error} ({place.name}:{place.lineno})".split())[:600]
        sys.stdout.write(json.dumps({"check": name, "problem": problem}) + "\n")
        sys.stdout.flush()
