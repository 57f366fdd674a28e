"""The scripted worker with short watchdog times: `celery -A tests.support.fast_watchdog_worker worker`."""

from services.worker import watchdog
from tests.support import scripted_worker

watchdog.CHECK_SECONDS = 0.5
watchdog.IDLE_SECONDS = 4
watchdog.SILENT_SECONDS = 5
app = scripted_worker.app
