"""The real worker with an engine that follows a file: `celery -A tests.support.scripted_worker worker`."""

import json
import os
import signal
import time

import bootstrap
import celery_app
from paddleocr_service import NullEngine
from paddleocr_service.results import EngineInfo, Line, Recognition
from tests.support.scripted_service import BEHAVIOUR_FILE

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


class ScriptedEngine(NullEngine):
    """The file has: `text`, `confidence`, `seconds` it takes, `reports` (seconds it says it took), `fails`, `dies`."""

    def __init__(self, settings):
        super().__init__()
        self._file = settings.data_dir / BEHAVIOUR_FILE

    def recognize(self, image, options=None):
        behaviour = json.loads(self._file.read_text())
        time.sleep(behaviour["seconds"])
        if behaviour["dies"]:
            os.kill(os.getpid(), signal.SIGKILL)
        if behaviour["fails"]:
            raise RuntimeError("the test wants this page to fail")
        lines = tuple(Line(text, behaviour["confidence"], SQUARE) for text in behaviour["text"].splitlines())
        seconds = {"detect": 0.01, "recognise": behaviour["reports"]}
        return Recognition(9, 9, lines, behaviour["text"], "en", EngineInfo("scripted", "none", ()), seconds=seconds)


bootstrap.build_engine = ScriptedEngine
app = celery_app.app
