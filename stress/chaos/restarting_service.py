"""The service under a supervisor, as in production."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Self

from stress.coded_service import CodedService

#: `RestartSec` of the units in deploy/systemd.
RESTART_SECONDS = 2


class RestartingService(CodedService):
    """Restarts the web server and the worker when they end."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self._stopping = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def start(self) -> Self:
        super().start()
        self._supervisor.start()
        return self

    def stop(self) -> None:
        self._stopping.set()
        if self._supervisor.is_alive():
            self._supervisor.join()
        super().stop()

    def _supervise(self) -> None:
        while not self._stopping.wait(0.2):
            for process, start in ((self.worker, self.start_worker), (self.web, self.start_web)):
                if process.poll() is not None and not self._stopping.wait(RESTART_SECONDS):
                    start()
