"""Checks whether the service can work and, if not, reports the reason and what an operator can do."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from services.errors import OCRServiceError, RedisUnavailable
from services.health.worker_registry import WorkerRegistry
from services.jobs.unit_queue import UnitQueue
from services.redis_service import RedisService
from services.storage import Storage
from utils.sandbox import available

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
#: Share of Redis's memory limit above which the report warns. A full Redis accepts no more jobs.
NEARLY_FULL = 0.9
#: Error code: what an operator can do.
RECOMMENDATIONS = {
    "redis_unavailable": "Start Redis, or correct REDIS_URL.",
    "storage_unavailable": "Free disk space in UPLOAD_FOLDER, and check that the service can write to it or S3_BUCKET.",
}


@dataclass(eq=False)
class HealthService:
    """Readiness and the full report."""

    redis: RedisService
    unit_queue: UnitQueue
    storage: Storage
    worker_registry: WorkerRegistry
    #: Settings that the report shows.
    configuration: dict[str, str]

    def not_ready_because(self) -> str | None:
        """Why a job submitted now would not be processed; None if it would be."""
        try:
            return None if self.worker_registry.count() else "No worker has its model loaded."
        except RedisUnavailable as error:
            return error.message

    def report(self) -> dict[str, Any]:
        """`status`, the `checks` by name, and `advice` for the operator."""
        checks = {
            "redis": _run_check(self._check_redis),
            "workers": _run_check(self._check_workers),
            "queue": _run_check(self.unit_queue.counts),
            "storage": _run_check(self.storage.check),
            "sandbox": _run_check(_check_sandbox),
            "configuration": {"status": HEALTHY, **self.configuration},
        }
        states = {check["status"] for check in checks.values()}
        status = UNHEALTHY if UNHEALTHY in states else DEGRADED if DEGRADED in states else HEALTHY
        advice = [check.pop("recommendation") for check in checks.values() if "recommendation" in check]
        return {"status": status, "checks": checks, "advice": advice}

    def _check_redis(self) -> dict[str, Any]:
        used, limit = self.redis.memory()
        memory = {"used_mb": round(used / 2**20, 3), "maximum_mb": round(limit / 2**20, 1) if limit else None}
        if not limit or used < NEARLY_FULL * limit:
            return memory
        recommendation = "Give Redis more memory (maxmemory), or delete results earlier (RESULT_TTL)."
        return {"status": DEGRADED if used < limit else UNHEALTHY, **memory, "recommendation": recommendation}

    def _check_workers(self) -> dict[str, Any]:
        if workers := self.worker_registry.all():
            return {"count": len(workers), "workers": workers}
        recommendation = "Start a worker (celery -A celery_app worker), or wait until one has loaded its model."
        return {"status": UNHEALTHY, "count": 0, "recommendation": recommendation}


def _check_sandbox() -> dict[str, Any]:
    """What confines the processes that parse files of clients."""
    if found := available():
        return {"mechanisms": list(found)}
    recommendation = "Use a kernel and a container runtime that allow seccomp or Landlock: files are parsed unconfined."
    return {"status": DEGRADED, "mechanisms": [], "recommendation": recommendation}


def _run_check(check: Callable[[], Mapping[str, Any] | None]) -> dict[str, Any]:
    """The status is healthy unless `check` raises OCRServiceError or returns another one."""
    try:
        return {"status": HEALTHY, **(check() or {})}
    except OCRServiceError as error:
        recommendation = RECOMMENDATIONS.get(error.code, error.message)
        return {"status": UNHEALTHY, "error": error.message, "recommendation": recommendation}


def memory_usage() -> dict[str, int | float]:
    """Memory of this process: bytes, megabytes, and percent of the machine's memory."""
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
    """Whether the library is installed. Does not import it, which would take seconds."""
    return importlib.util.find_spec("paddleocr") is not None
