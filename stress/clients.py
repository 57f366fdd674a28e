"""Clients that send numbered pictures and fetch their results.

They run in a process of their own with a single thread: `run_clients` starts `python -m stress.clients PLAN`. Pictures
and requests are prepared before the first one is sent.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from stress.coded_pictures import coded_picture, text_of
from stress.drawing import picture
from stress.http_client import Connection, form
from stress.processes import REPOSITORY

#: Statuses after which the same request may be sent again: a request with its key is in progress; Redis or the disk is
#: unavailable; the queue is full. 0: no response.
RETRY_STATUSES = (0, 409, 503)
#: Statuses of a result that will not change.
FINAL_STATUSES = (200, 404, 409, 410, 422)
ROUTE = "/ocr/image"


@dataclass(frozen=True, slots=True)
class ClientPlan:
    """What the clients do. Job numbers start at `first`; `seconds` limits the whole run.

    `rate`: jobs per second (0: as fast as the clients can). `retry`: send each job again until it is accepted, with the
    same Idempotency-Key. `drawn`: draw the text for the real model instead of a coded picture that takes `page_ms`.
    """

    url: str
    jobs: int
    clients: int
    first: int = 0
    rate: float = 0.0
    retry: bool = False
    drawn: bool = False
    page_ms: int = 0
    seconds: float = 300.0


@dataclass(slots=True)
class JobOutcome:
    """What the client of one job got. Statuses are 0 when no response came.

    `status`, `code`, `retry_after` and `ms` describe the last response to the upload; `result_status` and `text` the
    last response to the request for the result.
    """

    number: int
    status: int = 0
    code: str = ""
    retry_after: int | None = None
    ms: float = 0.0
    attempts: int = 0
    job_id: str = ""
    result_status: int = 0
    text: str = ""

    @property
    def accepted(self) -> bool:
        return self.status == 202

    @property
    def correct(self) -> bool:
        return self.result_status == 200 and self.text == text_of(self.number)


def run_clients(plan: ClientPlan) -> list[JobOutcome]:
    """Carry out the plan in another process."""
    command = [sys.executable, "-m", "stress.clients", json.dumps(asdict(plan))]
    run = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, check=True, timeout=plan.seconds + 120)
    return [JobOutcome(**outcome) for outcome in json.loads(run.stdout)]


class _Run:
    """One run of a plan."""

    def __init__(self, plan: ClientPlan) -> None:
        self._plan = plan
        self._outcomes = [JobOutcome(plan.first + index) for index in range(plan.jobs)]
        self._bodies = [form(self._picture(outcome.number), f"{outcome.number}.png") for outcome in self._outcomes]
        self._key = f"{random.getrandbits(64):x}"
        self._started = 0.0

    async def run(self) -> list[JobOutcome]:
        self._started = time.monotonic()
        indexes = iter(range(self._plan.jobs))
        await asyncio.gather(*(self._upload_jobs(indexes) for _ in range(self._plan.clients)))
        accepted = iter([outcome for outcome in self._outcomes if outcome.accepted])
        await asyncio.gather(*(self._fetch_results(accepted) for _ in range(self._plan.clients)))
        return self._outcomes

    def _picture(self, number: int) -> bytes:
        if self._plan.drawn:
            return picture(text_of(number), width=500)
        return coded_picture(number, ms=self._plan.page_ms)

    def _seconds_left(self) -> float:
        return self._started + self._plan.seconds - time.monotonic()

    async def _upload_jobs(self, indexes: Iterator[int]) -> None:
        async with Connection(self._plan.url) as connection:
            for index in indexes:
                if self._plan.rate:
                    await asyncio.sleep(self._started + index / self._plan.rate - time.monotonic())
                await self._upload(connection, self._outcomes[index], self._bodies[index])

    async def _upload(self, connection: Connection, outcome: JobOutcome, body: bytes) -> None:
        headers = {"Idempotency-Key": f"{self._key}-{outcome.number}"} if self._plan.retry else {}
        while True:
            sent = time.monotonic()
            outcome.status, response_headers, answer = await connection.post(ROUTE, body, **headers)
            outcome.ms = 1000 * (time.monotonic() - sent)
            outcome.attempts += 1
            outcome.code, outcome.job_id = answer.get("code", ""), answer.get("job_id", "")
            outcome.retry_after = int(response_headers.get("retry-after", 0)) or None
            if not self._plan.retry or outcome.status not in RETRY_STATUSES or self._seconds_left() < 0:
                return
            await asyncio.sleep(random.uniform(0.5, 1.5))

    async def _fetch_results(self, accepted: Iterator[JobOutcome]) -> None:
        async with Connection(self._plan.url) as connection:
            for outcome in accepted:
                path = f"/ocr/job/{outcome.job_id}/result?wait=20"
                while outcome.result_status not in FINAL_STATUSES and self._seconds_left() > 0:
                    outcome.result_status, _, answer = await connection.get(path)
                    outcome.text = answer.get("text") or answer.get("code", "")
                    if outcome.result_status != 200:
                        await asyncio.sleep(0.5)


def main() -> None:
    plan = ClientPlan(**json.loads(sys.argv[1]))
    outcomes = asyncio.run(_Run(plan).run())
    json.dump([asdict(outcome) for outcome in outcomes], sys.stdout)


if __name__ == "__main__":
    main()
