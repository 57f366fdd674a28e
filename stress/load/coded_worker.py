"""The real worker over the engine of `coded.py`: `celery -A stress.load.coded_worker worker`."""

import bootstrap
import celery_app
from stress.load.coded import CodedEngine

bootstrap.build_engine = CodedEngine
app = celery_app.app
