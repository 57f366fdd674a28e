"""Clients that read event streams or wait for results."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests

#: Longest time without an event, in seconds.
MAX_SILENCE = 20


@dataclass(frozen=True)
class Event:
    id: int
    name: str
    data: dict


def events(response: requests.Response) -> Iterator[Event]:
    """The events of a stream until its end. `response`: of a request with `stream=True`."""
    fields, since = {}, time.monotonic()
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and "event" in fields:
            yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields, since = {}, time.monotonic()
        assert time.monotonic() - since < MAX_SILENCE, "no event arrived"


class Client:
    """One connection on which requests and responses can be interleaved."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._file = self.socket.makefile("rb")

    def send(self, path: str, *headers: str) -> None:
        lines = (f"GET {path} HTTP/1.1", "Host: test", *headers, "", "")
        self.socket.sendall("\r\n".join(lines).encode())

    def receive(self) -> tuple[int, dict[str, str], dict]:
        """Status, headers by lower-case name, and the JSON body of the next response."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, json.loads(self._file.read(int(headers["content-length"])))

    def close(self) -> None:
        self._file.close()
        self.socket.close()
