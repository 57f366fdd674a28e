"""Clients that wait for a job's events or its result, and how the web server treats their connections."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

#: The state of a connection in `/proc/net/tcp`.
ESTABLISHED = "01"
#: Seconds within which the next event must arrive. Comments that keep the connection open do not count.
MAX_EVENT_SECONDS = 20


@dataclass(frozen=True)
class Event:
    id: int
    name: str
    data: dict


def events(response: requests.Response) -> Iterator[Event]:
    """The events of a stream until its end. `response` belongs to a request with `stream=True`."""
    fields, since = {}, time.monotonic()
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and "event" in fields:
            yield Event(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            fields, since = {}, time.monotonic()
        assert time.monotonic() - since < MAX_EVENT_SECONDS, "no event arrived"


class Client:
    """One connection to the service."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._file = self.socket.makefile("rb")

    def send_get(self, path: str, *headers: str) -> None:
        lines = (f"GET {path} HTTP/1.1", "Host: test", *headers, "", "")
        self.socket.sendall("\r\n".join(lines).encode())

    def read_response(self) -> tuple[int, dict[str, str], dict]:
        """Status, headers with lower-case names, and the body, which is JSON with a Content-Length."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        return status, headers, json.loads(self._file.read(int(headers["content-length"])))

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@contextmanager
def repeated(action: Callable[[], object], seconds: float = 0.1) -> Iterator[None]:
    """Call `action` every `seconds` in a thread while the body runs."""
    stopped = threading.Event()

    def run() -> None:
        while not stopped.wait(seconds):
            action()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def held_connections(web_pid: int) -> int:
    """Connections that the event loops of a web server hold: no thread works for them.

    `/proc` lists what each epoll object watches. The event loop alone watches for clients that close their half.
    """
    return sum(
        bool(int(line.split()[3], 16) & select.EPOLLRDHUP)
        for process in psutil.Process(web_pid).children()
        for file in Path(f"/proc/{process.pid}/fdinfo").iterdir()
        for line in _lines(file)
        if line.startswith("tfd:")
    )


def accepts_connections(process: psutil.Process) -> bool:
    """Whether this web process is ready: it watches the listening socket."""
    listening = {each.fd for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
    return any(
        int(line.split()[1]) in listening
        for file in Path(f"/proc/{process.pid}/fdinfo").iterdir()
        for line in _lines(file)
        if line.startswith("tfd:")
    )


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:  # closed meanwhile
        return []


def connections(web_pid: int, port: int) -> int:
    """Open connections to the web server, including those that the client has closed and the server has not."""
    processes = psutil.Process(web_pid).children()
    found = [connection for process in processes for connection in process.net_connections("tcp")]
    return sum(each.status in ("ESTABLISHED", "CLOSE_WAIT") and each.laddr.port == port for each in found)


def unread_bytes(port: int) -> int:
    """Bytes that clients have sent to this port and the server has not read."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    local, state, queues = 1, 3, 4
    return sum(
        int(row[queues].split(":")[1], 16)
        for row in rows
        if row[local].endswith(f":{port:04X}") and row[state] == ESTABLISHED
    )
