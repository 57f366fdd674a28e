"""`python -m stress.load.crowd URL …`: clients that send numbered jobs, and come for their results.

One process of one thread, lean beside the service whose cores it shares: pictures and requests are made before any is
sent. The last line of its output is JSON: a list of what each job's client was told, see `Told`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from stress.load.coded import picture, text_of
from stress.load.wire import Connection, form

#: Answers that say that the same request may be sent again: in flight, and no Redis, no disk, no room.
AGAIN = (409, 503)
ROUTE = "/ocr/image"


@dataclass(slots=True)
class Told:
    """`answer`: the status of the last answer to the sending (0: none came), after `ms` and `sendings`; `ended`: the
    status of the answer to the question for the result, 0 when there was none in time."""

    number: int
    answer: int = 0
    code: str = ""
    retry_after: int | None = None
    ms: float = 0.0
    sendings: int = 0
    job_id: str = ""
    ended: int = 0
    text: str = ""

    @property
    def accepted(self) -> bool:
        return self.answer == 202


@dataclass(frozen=True, slots=True)
class Plan:
    """What the crowd does. Rate: jobs a second (0: as fast as the clients can). A stubborn crowd sends each job again,
    with the same Idempotency-Key, until it is taken or the time (seconds in all) is up."""

    url: str
    jobs: int
    clients: int
    first: int = 0
    rate: float = 0.0
    stubborn: bool = False
    drawn: bool = False
    page_ms: int = 0
    seconds: float = 300.0


class ConcurrencyLimits:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._told = [Told(plan.first + number) for number in range(plan.jobs)]
        self._bodies = [form(self._picture(told.number), f"{told.number}.png") for told in self._told]
        self._run = f"{random.getrandbits(64):x}"

    async def run(self) -> list[Told]:
        self._started = time.monotonic()
        waiting = iter(range(self._plan.jobs))
        await asyncio.gather(*(self._send_some(waiting) for _ in range(self._plan.clients)))
        accepted = iter([told for told in self._told if told.accepted])
        await asyncio.gather(*(self._fetch_some(accepted) for _ in range(self._plan.clients)))
        return self._told

    def _picture(self, number: int) -> bytes:
        if not self._plan.drawn:
            return picture(number, ms=self._plan.page_ms)
        from tests.support.drawing import picture as drawn

        return drawn(text_of(number), width=500)

    @property
    def _left(self) -> float:
        return self._started + self._plan.seconds - time.monotonic()

    async def _send_some(self, waiting: Iterator[int]) -> None:
        async with Connection(self._plan.url) as connection:
            for place in waiting:
                if self._plan.rate:
                    await asyncio.sleep(self._started + place / self._plan.rate - time.monotonic())
                await self._send(connection, place)

    async def _send(self, connection: Connection, place: int) -> None:
        told = self._told[place]
        headers = {"Idempotency-Key": f"{self._run}-{told.number}"} if self._plan.stubborn else {}
        while True:
            began = time.monotonic()
            status, answer_headers, body = await connection.ask("POST", ROUTE, *self._bodies[place], **headers)
            told.ms, told.answer, told.sendings = 1000 * (time.monotonic() - began), status, told.sendings + 1
            told.code = body.get("code", "")
            told.retry_after = int(answer_headers.get("retry-after", 0)) or None
            told.job_id = body.get("job_id", "")
            if not self._plan.stubborn or status not in (0, *AGAIN) or self._left < 0:
                return
            await asyncio.sleep(random.uniform(0.5, 1.5))

    async def _fetch_some(self, accepted: Iterator[Told]) -> None:
        async with Connection(self._plan.url) as connection:
            for told in accepted:
                while told.ended not in (200, 404, 409, 410, 422) and self._left > 0:
                    path = f"/ocr/job/{told.job_id}/result?wait=20"
                    told.ended, _, body = await connection.ask("GET", path)
                    told.text = body.get("text") or body.get("code", "")
                    if told.ended != 200:
                        await asyncio.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stress.load.crowd")
    parser.add_argument("url")
    for name, kind in (("jobs", int), ("clients", int), ("first", int), ("rate", float), ("page-ms", int)):
        parser.add_argument(f"--{name}", type=kind, default=0)
    parser.add_argument("--seconds", type=float, default=300.0)
    for name in ("stubborn", "drawn"):
        parser.add_argument(f"--{name}", action="store_true")
    told = asyncio.run(ConcurrencyLimits(Plan(**vars(parser.parse_args()))).run())
    sys.stdout.write(json.dumps([asdict(one) for one in told]) + "\n")


if __name__ == "__main__":
    main()
