"""The obedient worker, whose watchdog is in a hurry: `celery -A tests.support.hasty_worker worker`."""

from services.worker import watchdog
from tests.support import obedient_worker

watchdog.LOOK_SECONDS = 0.5
watchdog.IDLE_SECONDS = 4
watchdog.SILENT_SECONDS = 5
app = obedient_worker.app
