"""`python -m stress.attack.honest PLAN`: honest clients that send receipts until standard input is closed.

Each has an address of its own and stays within the default rate limit. Prints JSON: a list of `ReceiptOutcome`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass

from stress.drawing import picture
from stress.http_client import Connection, form

ROUTE = "/ocr/predict"
#: Of the loopback network, so that each client is an owner of its own.
FIRST_ADDRESS = (127, 0, 1, 1)
#: Requests per minute and client. The default limit is 10.
RATE = 8.0
GOODS = ("Sourdough", "Olives", "Tomatoes", "Basil", "Cheese", "Lemons", "Rice", "Coffee")


@dataclass(frozen=True, slots=True)
class ReceiptOutcome:
    """Time from the request to the whole result. `status` is 0 when no response came."""

    number: int
    ms: float
    status: int
    code: str
    correct: bool
    at: float


def receipt(number: int) -> bytes:
    """A PNG of a receipt. Its number is part of the text."""
    chance = random.Random(number)
    lines = [f"Receipt {number}", "12 March 2026   Till 3"]
    lines += [f"{name}   {chance.randint(100, 999) / 100:.2f}" for name in chance.sample(GOODS, 6)]
    return picture(*lines, f"TOTAL   {chance.randint(1000, 9999) / 100:.2f}", size=26, width=460)


async def send_receipts(url: str, interval: float, reads: bool) -> list[ReceiptOutcome]:
    """One receipt every `interval` seconds, whether or not the earlier ones were answered.

    reads: whether the service has an engine that reads them.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)
    clients = -(-60 // int(RATE * interval)) if RATE * interval >= 1 else 60
    outcomes: list[ReceiptOutcome] = []
    tasks: set[asyncio.Task[None]] = set()
    started = loop.time()
    while not ended.is_set():
        index = len(tasks)
        address = ".".join(map(str, (*FIRST_ADDRESS[:3], FIRST_ADDRESS[3] + index % clients)))
        tasks.add(asyncio.create_task(_send(url, address, 10_000 + index, outcomes, started, reads)))
        await asyncio.sleep(max(0.0, started + len(tasks) * interval - loop.time()))
    await asyncio.gather(*tasks)
    return outcomes


async def _send(
    url: str, address: str, number: int, outcomes: list[ReceiptOutcome], started: float, reads: bool
) -> None:
    body = form(receipt(number), f"{number}.png")
    sent = time.monotonic()
    async with Connection(url, address) as connection:
        status, _, answer = await connection.post(ROUTE, body)
    ms = 1000 * (time.monotonic() - sent)
    correct = status == 200 and (not reads or str(number) in answer.get("text", "").replace(" ", ""))
    outcomes.append(ReceiptOutcome(number, ms, status, answer.get("code", ""), correct, round(sent - started, 1)))


if __name__ == "__main__":
    sent = asyncio.run(send_receipts(**json.loads(sys.argv[1])))
    json.dump([asdict(outcome) for outcome in sent], sys.stdout)
