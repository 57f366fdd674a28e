"""Clients that send batches without a pause."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Self

import requests

from stress.attack.bombers import FromAddress
from stress.report import Report

#: What a flood may get: accepted, too many files, no readable file, limits.
ALLOWED = (202, 413, 422, 429, 503)
#: Seconds between two batches of a client, and those in which one must be answered.
PAUSE, REQUEST_SECONDS = 1.0, 60.0


class BatchFlood:
    """A context manager. Each address sends batches of `files` copies of what `write` writes, each a bit different."""

    def __init__(self, url: str, addresses: Sequence[str], files: int, write: Callable[[], bytes]) -> None:
        self._url, self._addresses, self._files = url, addresses, files
        self._content = write()
        self._answers: Counter[str] = Counter()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(address,), daemon=True) for address in addresses]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def check(self, report: Report) -> None:
        answers = ", ".join(f"{count} x {answer}" for answer, count in self._answers.items())
        allowed = {str(status) for status in ALLOWED}
        name = f"batches of {self._files} files"
        report.check(name, answers, self._answers.keys() <= allowed, "an answer that no flood should get")

    def _run(self, address: str) -> None:
        client = requests.Session()
        client.mount("http://", FromAddress(address))
        number = 0
        while not self._ended.wait(PAUSE):
            names = range(number, number := number + self._files)
            files = [("files", (f"{name}.pdf", self._content + b"\n%%%d" % name)) for name in names]
            try:
                response = client.post(f"{self._url}/ocr/batch", files=files, timeout=REQUEST_SECONDS)
                self._answers[str(response.status_code)] += 1
            except requests.ConnectionError:  # the service has answered and closed before it was all sent
                self._answers["413"] += 1
            except requests.RequestException as error:
                self._answers[type(error).__name__] += 1
