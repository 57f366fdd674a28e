"""Is the service able to work, and if not, why and what to do about it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import psutil

from services.errors import OCRServiceError, RedisUnavailable
from services.health.worker_registry import WorkerRegistry
from services.jobs.unit_queue import UnitQueue
from services.redis_service import RedisService
from services.storage import Storage

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
#: A Redis that has filled this part of its memory is told of; full, it takes no more jobs.
NEARLY_FULL = 0.9


class HealthService:
    """Readiness and the full report."""

    def __init__(
        self,
        redis: RedisService,
        unit_queue: UnitQueue,
        storage: Storage,
        worker_registry: WorkerRegistry,
        configuration: dict,
    ) -> None:
        self._redis = redis
        self._unit_queue = unit_queue
        self._storage = storage
        self._worker_registry = worker_registry
        self._configuration = configuration

    def not_ready_because(self) -> str | None:
        """Why a request sent now would not be worked on; None when it would."""
        try:
            if self._worker_registry.count() == 0:
                return "No worker has its model loaded."
        except RedisUnavailable as error:
            return error.message
        return None

    def report(self) -> dict:
        """`status`, `checks` and `details` as the health endpoint tells them."""
        checks = {
            "redis": _check(self._check_redis),
            "workers": _check(self._check_workers),
            "queue": _check(self._check_queue),
            "storage": _check(self._check_storage),
            "configuration": {"status": HEALTHY, **self._configuration},
        }
        states = {check["status"] for check in checks.values()}
        status = UNHEALTHY if UNHEALTHY in states else DEGRADED if DEGRADED in states else HEALTHY
        advice = [check.pop("recommendation") for check in checks.values() if "recommendation" in check]
        return {"status": status, "checks": checks, "advice": advice}

    def _check_redis(self) -> dict:
        used, most = self._redis.memory()
        facts = {"used_mb": round(used / 2**20, 3), "maximum_mb": round(most / 2**20, 1) if most else None}
        if not most or used < NEARLY_FULL * most:
            return {"status": HEALTHY, **facts}
        return {
            "status": DEGRADED if used < most else UNHEALTHY,
            **facts,
            "recommendation": "Give Redis more memory (maxmemory), or keep results for less long (RESULT_TTL).",
        }

    def _check_workers(self) -> dict:
        workers = self._worker_registry.all()
        if workers:
            return {"status": HEALTHY, "count": len(workers), "workers": workers}
        return {
            "status": UNHEALTHY,
            "count": 0,
            "recommendation": "Start a worker (celery -A celery_app worker), or wait until one has loaded its model.",
        }

    def _check_queue(self) -> dict:
        return {"status": HEALTHY, **self._unit_queue.counts()}

    def _check_storage(self) -> dict:
        self._storage.check()
        return {"status": HEALTHY}


def _check(probe: Callable[[], dict]) -> dict:
    try:
        return probe()
    except OCRServiceError as error:
        advice = {
            "redis_unavailable": "Start Redis, or correct REDIS_URL.",
            "storage_unavailable": "Free disk space in UPLOAD_FOLDER and let the service write there or to S3_BUCKET.",
        }
        return {"status": UNHEALTHY, "error": error.message, "recommendation": advice.get(error.code, error.message)}


def memory_usage() -> dict:
    """Memory of this process: bytes, megabytes and percent of the machine's."""
    process = psutil.Process()
    info = process.memory_info()
    return {
        "rss": info.rss,
        "vms": info.vms,
        "rss_mb": round(info.rss / 2**20, 1),
        "vms_mb": round(info.vms / 2**20, 1),
        "percent": round(process.memory_percent(), 2),
    }


def paddleocr_installed() -> bool:
    """Found on this machine, without paying for its import."""
    return importlib.util.find_spec("paddleocr") is not None
