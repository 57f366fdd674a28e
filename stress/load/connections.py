"""Thousands of clients that wait at once, half of them for events, half for a result: what they cost, who is told."""

from __future__ import annotations

import selectors
import socket
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.machine import describe
from stress.load.service import Service
from stress.load.throughput import FORM, form, picture, post, say
from utils.process import raise_open_files

#: Waiting clients are given so many seconds to be told of the end.
TOLD_SECONDS = 60
WAIT_SECONDS = 250


def main(connections: int, runtime: str) -> int:
    """Exit status: 0 when each of them was told."""
    raise_open_files(connections + 200)
    say(f"machine   {describe()}")
    with (
        tempfile.TemporaryDirectory(prefix="bench-load-") as folder,
        Service(Path(folder), OCR_RUNTIME=runtime, OCR_WORKERS=1) as service,
    ):
        _tell_memory("before", service)
        service.pause_worker()
        job = post(f"{service.url}/ocr/image", FORM, form(picture("Awaited by thousands")))["job_id"]
        paths = (f"/ocr/job/{job}/events", f"/ocr/job/{job}/result?wait={WAIT_SECONDS}")
        began = time.monotonic()
        clients = [_ask(service.port, paths[number % 2]) for number in range(connections)]
        say(f"opened    {connections} connections in {time.monotonic() - began:.1f} s, in turn events and long polling")
        time.sleep(5)
        _tell_memory("held", service)
        _tell_probe(service.url)
        began = time.monotonic()
        service.resume_worker()
        told = _told(clients)
        say(
            f"told      {told} of {connections} that the job has ended, within {time.monotonic() - began:.1f} s of work"
        )
    return 0 if told == connections else 1


def _ask(port: int, path: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
    return client


def _told(clients: list[socket.socket]) -> int:
    """How many read the end of the job before the end of their connection."""
    told = 0
    received = dict.fromkeys(clients, b"")
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ)
        deadline = time.monotonic() + TOLD_SECONDS
        while selector.get_map() and time.monotonic() < deadline:
            for key, _ in selector.select(1):
                chunk = key.fileobj.recv(65536)
                received[key.fileobj] += chunk
                if not chunk:
                    answer = received[key.fileobj].replace(b" ", b"")
                    told += b"event:completed" in answer or b'"status":"completed"' in answer
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
    return told


def _tell_memory(when: str, service: Service) -> None:
    parts = service.memory()
    each = ", ".join(f"{name} {size / 2**20:.0f}" for name, size in parts.items())
    say(f"memory    {when}: {sum(parts.values()) / 2**20:.0f} MB of all processes together ({each})")


def _tell_probe(url: str) -> None:
    times = []
    for _ in range(50):
        began = time.monotonic()
        urllib.request.urlopen(f"{url}/health/alive", timeout=10).close()
        times.append(time.monotonic() - began)
    say(f"probe     /health/alive meanwhile: {1000 * sorted(times)[-1]:.1f} ms at the worst of {len(times)}")
