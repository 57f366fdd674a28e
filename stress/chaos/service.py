"""The service as it is kept in production: what ends is started again, as systemd would."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

from stress.harness import Service
from stress.load.burst import CODED_WORKER

#: RestartSec of the units in deploy/systemd.
RESTART_SECONDS = 2


class KeptService(Service):
    """Web, worker and Redis as real processes; the engine reads coded pictures."""

    worker_app = CODED_WORKER

    def __init__(self, folder: Path, **settings: object) -> None:
        chosen = {"OCR_WORKERS": 2, "OCR_THREADS": 1, "CACHE_MAX_SIZE": 0, **settings}
        super().__init__(folder, **chosen)
        self._ended = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> KeptService:
        super().start()
        self._keeper.start()
        return self

    def stop(self) -> None:
        self._ended.set()
        if self._keeper.is_alive():
            self._keeper.join()
        super().stop()

    def _keep(self) -> None:
        while not self._ended.wait(0.2):
            for process, start in ((self.worker, self.start_worker), (self.web, self.start_web)):
                if process.poll() is not None and not self._ended.wait(RESTART_SECONDS):
                    start()


@contextmanager
def small_disk(folder: Path, megabytes: int):
    """A file system of so many megabytes in memory. Raises PermissionError where it cannot be mounted."""
    folder.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(["mount", *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PermissionError("no file system can be mounted here") from error
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
