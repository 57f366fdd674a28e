"""A progress bar on a terminal."""

from __future__ import annotations

import sys

_WIDTH = 30
_NAME = 30


class ProgressBar:
    """Shows how many files and pages are done. Does nothing if the error output is no terminal."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._done = 0
        self._name = ""
        self._shown = sys.stderr.isatty()

    def start(self, name: str) -> None:
        """The next file."""
        self._name = name
        self._draw("")

    def page(self, done: int, total: int) -> None:
        if total > 1:
            self._draw(f"page {done}/{total}", done / total)

    def finish(self) -> None:
        """The file is done."""
        self._done += 1
        if self._done == self._files:
            self._name = ""
            self._draw("")
            self._write("\n")

    def message(self, text: str) -> None:
        """A line that stays."""
        self._write("\r")
        sys.stderr.write(f"{text}\n")

    def _draw(self, pages: str, part: float = 0.0) -> None:
        filled = "#" * int(_WIDTH * (self._done + part) / self._files)
        self._write(f"\r[{filled:{_WIDTH}}] {self._done}/{self._files} {self._name[:_NAME]:{_NAME}} {pages:14}")

    def _write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(text)
            sys.stderr.flush()
