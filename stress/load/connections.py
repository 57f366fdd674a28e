"""Thousands of clients that wait at once, half for events and half for a result: their cost, and who gets an answer."""

from __future__ import annotations

import selectors
import socket
import tempfile
import time
from pathlib import Path

import requests

from stress.drawing import picture
from stress.harness import ServiceProcesses
from stress.report import Report
from utils.process import raise_open_files

#: Clients must get their answer within this time after the job ended.
ANSWER_SECONDS = 60
#: `wait` of the clients that poll for the result.
WAIT_SECONDS = 250


def run(connections: int, runtime: str) -> bool:
    """True if every client learned that the job has ended."""
    report = Report("connections")
    raise_open_files(connections + 200)
    with (
        tempfile.TemporaryDirectory(prefix="stress-connections-") as folder,
        ServiceProcesses(Path(folder), OCR_RUNTIME=runtime) as service,
    ):
        _report_memory(report, "before", service)
        with service.suspended("worker"):
            job = service.post("/ocr/image", picture("Thousands wait for this")).json()["job_id"]
            paths = (f"/ocr/job/{job}/events", f"/ocr/job/{job}/result?wait={WAIT_SECONDS}")
            started = time.monotonic()
            clients = [_connect(service.port, paths[index % 2]) for index in range(connections)]
            report.figure("time to connect", f"{time.monotonic() - started:.1f} s for {connections} clients")
            time.sleep(5)  # let the memory settle
            _report_memory(report, "with all clients", service)
            _report_probes(report, service.url)
            started = time.monotonic()
        answered = _count_answered(clients)
        value = f"{answered} of {connections}, {time.monotonic() - started:.1f} s after the worker went on"
        report.check("clients that saw the job end", value, answered == connections)
    return report.passed


def _connect(port: int, path: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: stress\r\nConnection: close\r\n\r\n".encode())
    return client


def _count_answered(clients: list[socket.socket]) -> int:
    """How many clients read that the job is completed before their connection closed."""
    answered = 0
    received = dict.fromkeys(clients, b"")
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ, client)
        deadline = time.monotonic() + ANSWER_SECONDS
        while selector.get_map() and time.monotonic() < deadline:
            for key, _ in selector.select(1):
                client = key.data
                chunk = client.recv(65536)
                received[client] += chunk
                if not chunk:
                    text = received[client].replace(b" ", b"")
                    answered += b"event:completed" in text or b'"status":"completed"' in text
                    selector.unregister(client)
                    client.close()
    return answered


def _report_memory(report: Report, when: str, service: ServiceProcesses) -> None:
    parts = {name: size / 2**20 for name, size in service.memory().items()}
    each = ", ".join(f"{name} {size:.0f}" for name, size in parts.items())
    report.figure(f"memory {when}", f"{sum(parts.values()):.0f} MB of all processes ({each})")


def _report_probes(report: Report, url: str) -> None:
    times = [requests.get(f"{url}/health/alive", timeout=10).elapsed.total_seconds() for _ in range(50)]
    report.figure("/health/alive with all clients", f"{1000 * max(times):.1f} ms, the slowest of {len(times)}")
