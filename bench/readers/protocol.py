"""The reader's side of the pipe: a line of JSON in for each picture, a line of JSON out.

    {"path": "a.png", ...} -> {"seconds": 0.12, "text": "..."}      {"memory": true} -> {"rss_mb": 200, "peak_mb": 300}

The first line out, before any is asked, is `{"ready": true}`. A fault of one picture is `{"error": "..."}`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TextIO

from bench.readers.memory import held_mb


def serve(make: Callable[[], Callable[[dict], str]], requests: Iterable[str], answers: TextIO) -> None:
    """Answer requests until there are no more. ``make`` loads the reader: a function from a request to its text."""

    def tell(answer: dict) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    read = make()
    tell({"ready": True})
    for line in requests:
        request = json.loads(line)
        tell(held_mb() if "memory" in request else _timed(read, request))


def _timed(read: Callable[[dict], str], request: dict) -> dict:
    started = time.perf_counter()
    try:
        text = read(request)
    except Exception as error:  # told, so that the bench can say which reader failed on which picture
        return {"error": f"{type(error).__name__}: {error}"}
    return {"seconds": time.perf_counter() - started, "text": text}


def answers_alone_on_stdout() -> TextIO:
    """What was standard output, for the answers; what libraries print from now on goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers
