"""The child process that inspects uploads: reads one JSON line per request, writes one JSON line per response.

Started by `Inspector`. It has no state worth keeping and may be killed at any moment. It ends with its parent: while
idle because its input ends; while busy, even inside native code, because the kernel sends SIGIO when the other end of
the pipe closes, and nothing handles that signal. (PR_SET_PDEATHSIG would end it with the parent's thread, not with the
parent, and threads come and go.)
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import sys
import time
from dataclasses import asdict
from typing import Any

import services.ocr_service.helpers.image_processor  # noqa: F401  imported before the first request, to answer it faster
from services.errors import OCRServiceError
from services.inspection.facts import InspectionLimits, inspect_upload

#: Exit status after running into the memory limit. A new child may manage the same file.
OUT_OF_MEMORY = 3


def main() -> None:
    memory_bytes = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Responses get a descriptor of their own: libraries may print to standard output, which becomes standard error.
    output = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETOWN, os.getpid())
    _send(output, {"ready": True})
    for line in sys.stdin.buffer:
        _end_with_parent(True)
        started = time.process_time()
        response = _respond(json.loads(line))
        response["seconds"] = time.process_time() - started
        _end_with_parent(False)
        _send(output, response)


def _respond(request: dict[str, Any]) -> dict[str, Any]:
    try:
        facts = inspect_upload(request["path"], InspectionLimits(**request["limits"]))
    except OCRServiceError as error:
        if isinstance(error.__cause__, MemoryError):
            os._exit(OUT_OF_MEMORY)
        known = {"code": error.code, "message": error.message, "extra": error.extra}
        return {"error": known, "cause": repr(error.__cause__)}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        return {"error": None, "cause": repr(error)}
    return {"facts": asdict(facts)}


def _send(output: int, response: dict[str, Any]) -> None:
    os.write(output, json.dumps(response).encode() + b"\n")


def _end_with_parent(busy: bool) -> None:
    """Enable SIGIO on the input pipe while busy only: between two requests, input means the next request."""
    flags = fcntl.fcntl(sys.stdin.fileno(), fcntl.F_GETFL)
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETFL, flags | os.O_ASYNC if busy else flags & ~os.O_ASYNC)


if __name__ == "__main__":
    main()
