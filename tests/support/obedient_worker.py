"""The real worker over an engine that does as a file says: `celery -A tests.support.obedient_worker worker`."""

import json
import os
import signal
import time

import bootstrap
import celery_app
from paddleocr_service import NullEngine
from paddleocr_service.results import EngineInfo, Line, Recognition
from tests.support.obedient import ORDERS

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


class ObedientEngine(NullEngine):
    """Orders: `text`, `confidence`, `seconds` it takes, seconds it `reports`, `fails`, `dies`."""

    def __init__(self, settings):
        super().__init__()
        self._orders = settings.data_dir / ORDERS

    def recognize(self, image, options=None):
        orders = json.loads(self._orders.read_text())
        time.sleep(orders["seconds"])
        if orders["dies"]:
            os.kill(os.getpid(), signal.SIGKILL)
        if orders["fails"]:
            raise RuntimeError("as ordered")
        lines = tuple(Line(text, orders["confidence"], SQUARE) for text in orders["text"].splitlines())
        seconds = {"detect": 0.01, "recognise": orders["reports"]}
        return Recognition(9, 9, lines, orders["text"], "en", EngineInfo("obedient", "none", ()), seconds=seconds)


bootstrap.build_engine = ObedientEngine
app = celery_app.app
