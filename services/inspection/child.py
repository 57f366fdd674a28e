"""The process in which uploads are inspected: one JSON line in, one JSON line out. Started by `Inspector` alone.

It holds nothing worth keeping and may be killed at any moment. It ends when its parent does: while idle because its
input ends; while busy, be it deep in native code, because the kernel signals SIGIO when the pipe's other end closes,
and nobody handles that signal. (PR_SET_PDEATHSIG would watch the parent's thread instead, and threads come and go.)
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import sys
from dataclasses import asdict

import services.ocr_service.helpers.image_processor  # noqa: F401  loaded now, not on a client's time
from services.errors import OCRServiceError
from services.inspection.facts import InspectionLimits, inspect_upload

#: Exit status of a child that ran into its memory limit. A fresh one may manage the same file.
OUT_OF_MEMORY = 3


def main() -> None:
    memory_bytes = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = _claim_output()
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETOWN, os.getpid())
    _say(answers, {"ready": True})
    for line in sys.stdin.buffer:
        _die_with_parent(True)
        answer = _answer(json.loads(line))
        _die_with_parent(False)
        _say(answers, answer)


def _answer(request: dict) -> dict:
    try:
        facts = inspect_upload(request["path"], InspectionLimits(**request["limits"]))
    except OCRServiceError as error:
        if isinstance(error.__cause__, MemoryError):
            os._exit(OUT_OF_MEMORY)
        return {
            "error": {"code": error.code, "message": error.message, "extra": error.extra},
            "cause": repr(error.__cause__),
        }
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        return {"error": None, "cause": repr(error)}
    return {"facts": asdict(facts)}


def _claim_output() -> int:
    """A descriptor of the answers' own: what a library prints to standard output must not mix with them."""
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _say(answers: int, answer: dict) -> None:
    os.write(answers, json.dumps(answer).encode() + b"\n")


def _die_with_parent(busy: bool) -> None:
    """Signals on the input pipe, on while busy only: between two requests input means the next request."""
    flags = fcntl.fcntl(sys.stdin.fileno(), fcntl.F_GETFL)
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETFL, flags | os.O_ASYNC if busy else flags & ~os.O_ASYNC)


if __name__ == "__main__":
    main()
