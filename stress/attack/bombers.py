"""Clients that send bombs as fast as the rate limit lets them, and follow each one to its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from stress.report import Report

#: Statuses that tell the client what is wrong with the file.
CLEAR_ERRORS = (400, 413, 422)
#: Codes of errors that are no answer to a file, although their status is one of these.
UNCLEAR = ("retries_exhausted", "internal_error")
MAX_ATTEMPTS = 2
#: Seconds in which a request must be answered, and between two looks at a job.
REQUEST_SECONDS, POLL_SECONDS = 60.0, 1.0


@dataclass
class BombOutcome:
    """The end of a bomb. `status` and `code` are those of the result; `pages` are the codes of pages that failed."""

    name: str
    size: int = 0
    status: int = 0
    code: str = ""
    attempts: int = 0
    seconds: float = 0.0
    pages: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def text(self) -> str:
        pages = f", pages: {', '.join(sorted(set(self.pages)))}" if self.pages else ""
        return f"{self.status} {self.code or 'read'}{pages}, {self.attempts} attempts, {self.seconds:.1f} s"

    @property
    def fault(self) -> str:
        """What is wrong with this end. Empty if it is clear."""
        if self.problem:
            return self.problem
        if self.status != 200 and self.status not in CLEAR_ERRORS:
            return "neither a result nor a clear error"
        if unclear := [code for code in (self.code, *self.pages) if code in UNCLEAR]:
            return f"not a clear error: {unclear[0]}"
        return "too many attempts" if self.attempts > MAX_ATTEMPTS else ""


class Bomber:
    """One client with an address of its own, in a thread of its own."""

    def __init__(self, url: str, address: str, bombs: Sequence[tuple[str, Callable[[], bytes]]]) -> None:
        self.outcomes: list[BombOutcome] = []
        self.refused = 0
        self._url, self._bombs = url, bombs
        self._client = requests.Session()
        self._client.mount("http://", FromAddress(address))
        self._thread = threading.Thread(target=self._run, name=f"bomber {address}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, seconds: float) -> bool:
        """Wait until all bombs have ended. False if the time is over before."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        jobs = []
        for name, write in self._bombs:
            outcome = BombOutcome(name)
            self.outcomes.append(outcome)
            started = time.monotonic()
            try:
                job = self._send(outcome, write())
                jobs.append((outcome, job, started))
            except requests.RequestException as error:
                outcome.problem = f"no answer: {error!r}"
        for outcome, job, started in jobs:
            if job:
                try:
                    self._follow(outcome, job)
                except requests.RequestException as error:
                    outcome.problem = f"lost: {error!r}"
            outcome.seconds = outcome.seconds or time.monotonic() - started

    def _send(self, outcome: BombOutcome, content: bytes) -> str:
        """Returns the path of the job; empty if the file was rejected."""
        outcome.size = len(content)
        route = "/ocr/pdf" if content.startswith(b"%PDF") else "/ocr/image"
        while True:
            response = self._client.post(self._url + route, files={"file": content}, timeout=REQUEST_SECONDS)
            if response.status_code not in (429, 503):
                break
            self.refused += 1
            time.sleep(float(response.headers["Retry-After"]))
        outcome.status, body = response.status_code, response.json()
        outcome.code = body.get("code", "")
        return str(body["links"]["self"]) if response.status_code == 202 else ""

    def _follow(self, outcome: BombOutcome, path: str) -> None:
        while (state := self._get(path))["status"] == "processing":
            time.sleep(POLL_SECONDS)
        outcome.attempts = state["attempts"]
        response = self._client.get(f"{self._url}{path}/result", timeout=REQUEST_SECONDS)
        result: dict[str, Any] = response.json()
        outcome.status, outcome.code = response.status_code, result.get("code", "")
        outcome.pages = [page["error"]["code"] for page in result.get("pages", ()) if page.get("error")]

    def _get(self, path: str) -> dict[str, Any]:
        response = self._client.get(self._url + path, timeout=REQUEST_SECONDS)
        if response.status_code not in (200, 202):
            raise requests.HTTPError(f"{response.status_code} for {path}")
        state: dict[str, Any] = response.json()
        return state


def check(report: Report, bombers: Sequence[Bomber], deadline: float) -> None:
    """Wait until all bombs have ended, and print the end of each."""
    for bomber in bombers:
        ended = bomber.join(max(0.1, deadline - time.monotonic()))
        for outcome in bomber.outcomes:
            if not ended and outcome.status == 202:
                outcome.problem = "has not ended"
            report.check(outcome.name, f"{outcome.size:8} bytes: {outcome.text}", not outcome.fault, outcome.fault)
    report.figure("bombs refused by a limit and sent again", sum(bomber.refused for bomber in bombers))


class FromAddress(HTTPAdapter):
    """Connects from this address of the loopback network."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, source_address=(self._address, 0), **options)  # type: ignore[no-untyped-call]
