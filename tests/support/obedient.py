"""A service whose worker reads as the test tells it to."""

from __future__ import annotations

import json
import os

from services.health.known_picture.quality import TEXT
from stress.harness import ServiceProcesses

#: In DATA_DIR; `obedient_worker.py` reads it before each page.
ORDERS = "orders.json"


class ObedientService(ServiceProcesses):
    """The web server, Redis and the worker are real; only the engine is not."""

    worker_app = "tests.support.obedient_worker"

    def start(self) -> ObedientService:
        self.tell()
        return super().start()

    def tell(self, **orders: object) -> None:
        """From now on every page is read so; what is not told is as it should be."""
        usual = {"text": TEXT, "confidence": 0.99, "seconds": 0, "reports": 0.02, "fails": False, "dies": False}
        path = self.folder / "data" / ORDERS
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".new").write_text(json.dumps({**usual, **orders}))
        os.replace(path.with_suffix(".new"), path)
