"""The whole service with an engine whose behaviour the test sets."""

from __future__ import annotations

import json
import os

from services.health.known_picture.quality import TEXT
from stress.harness import ServiceProcesses

#: A file in DATA_DIR that `scripted_worker.py` reads before each page.
BEHAVIOUR_FILE = "behaviour.json"


class ScriptedService(ServiceProcesses):
    """The web server, Redis and the worker are real; only the engine is not."""

    worker_app = "tests.support.scripted_worker"

    def start(self) -> ScriptedService:
        self.configure_engine()
        return super().start()

    def configure_engine(self, **behaviour: object) -> None:
        """Set the engine's behaviour for all pages from now on. What is not given is reset to the default."""
        default = {"text": TEXT, "confidence": 0.99, "seconds": 0, "reports": 0.02, "fails": False, "dies": False}
        path = self.folder / "data" / BEHAVIOUR_FILE
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".new").write_text(json.dumps({**default, **behaviour}))
        os.replace(path.with_suffix(".new"), path)
