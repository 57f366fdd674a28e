"""The real worker with the engine of `coded_pictures.py`: `celery -A stress.coded_worker worker`."""

import bootstrap
import celery_app
from stress.coded_pictures import CodedEngine

bootstrap.build_engine = CodedEngine
app = celery_app.app
