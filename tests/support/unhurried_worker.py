"""The real worker with the real engine, but no page is read in less than `PAGE_SECONDS`.

So a test can act in the middle of a document, however fast the machine is:
`celery -A tests.support.unhurried_worker worker`.
"""

import time

import bootstrap
import celery_app
from paddleocr_service import OCREngine

PAGE_SECONDS = 0.5


class UnhurriedEngine(OCREngine):
    def recognize(self, image, options=None):
        time.sleep(PAGE_SECONDS)
        return super().recognize(image, options)


bootstrap.OCREngine = UnhurriedEngine
app = celery_app.app
