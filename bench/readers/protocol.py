"""The reader side of the pipe: one line of JSON per request, one line of JSON per answer.

    {"path": "a.png", ...} -> {"seconds": 0.12, "text": "..."}      {"memory": true} -> {"rss_mb": 200, "peak_mb": 300}

The first answer, before any request, is `{"ready": true}`. If an image fails, the answer is `{"error": "..."}`.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TextIO

from bench.readers.memory import memory_mb


def serve(create: Callable[[], Callable[[dict], str]], requests: Iterable[str], answers: TextIO) -> None:
    """Answer all requests. ``create`` loads the reader and returns a function from a request to its text."""

    def send(answer: dict) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    read = create()
    send({"ready": True})
    for line in requests:
        request = json.loads(line)
        send(memory_mb() if "memory" in request else _timed(read, request))


def _timed(read: Callable[[dict], str], request: dict) -> dict:
    started = time.perf_counter()
    try:
        text = read(request)
    except Exception as error:  # sent to the client, which reports the reader and the image
        return {"error": f"{type(error).__name__}: {error}"}
    return {"seconds": time.perf_counter() - started, "text": text}


def take_over_stdout() -> TextIO:
    """Return the standard output for the answers. Everything that libraries print goes to stderr from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers
