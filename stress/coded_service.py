"""The service with an engine that reads coded pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stress.harness import ServiceProcesses

#: Two worker processes of one thread; results are not cached.
TWO_WORKERS: dict[str, Any] = {"OCR_WORKERS": 2, "OCR_THREADS": 1, "CACHE_MAX_SIZE": 0}


class CodedService(ServiceProcesses):
    """Its worker runs with `TWO_WORKERS`."""

    worker_app = "stress.coded_worker"

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **{**TWO_WORKERS, **settings})
