"""The real worker over the engine of `coded.py`: `celery -A bench.load.coded_worker worker`."""

import celery_app
from bench.load.coded import CodedEngine
from services import worker

worker.build_engine = CodedEngine
app = celery_app.app
