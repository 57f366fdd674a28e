"""Clients that wait: for events of a job, or for its result."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests

#: Seconds without an event, whatever keeps the connection alive.
PATIENCE = 20


@dataclass(frozen=True)
class Event:
    id: int
    name: str
    data: dict


def events(answer: requests.Response) -> Iterator[Event]:
    """What comes over a stream, until its end; `answer` to a request with `stream=True`. Not for ever."""
    fields, since = {}, time.monotonic()
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and "event" in fields:
            yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields, since = {}, time.monotonic()
        assert time.monotonic() - since < PATIENCE, "no event came"


class Client:
    """One connection, and what is written and read on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._file = self.socket.makefile("rb")

    def ask(self, path: str, *headers: str) -> None:
        lines = (f"GET {path} HTTP/1.1", "Host: test", *headers, "", "")
        self.socket.sendall("\r\n".join(lines).encode())

    def answer(self) -> tuple[int, dict[str, str], dict]:
        """Status, headers by their names in lower case, and the body, which is JSON with a length."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, json.loads(self._file.read(int(headers["content-length"])))

    def close(self) -> None:
        self._file.close()
        self.socket.close()
