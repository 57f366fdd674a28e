"""On SIGTERM a web server finishes accepted requests and accepts no new ones."""

import json
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from stress.harness import ServiceProcesses, wait_until
from stress.http_client import FORM, form
from tests.support.drawing import picture
from tests.support.streams import unread_bytes


@pytest.fixture
def web(tmp_path):
    """A web server with Redis and without a worker: jobs are accepted and never finish."""
    with ServiceProcesses(tmp_path, parts=("redis", "web")) as service:
        yield service


def start_upload(service, body):
    """Send the first half of an upload."""
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=20)
    head = (
        "POST /ocr/image HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body[: len(body) // 2])
    return connection


def read_response(connection):
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    head, body = received.split(b"\r\n\r\n", 1)
    return int(head.split()[1]), json.loads(body)


def test_waiting_request_gets_the_status_immediately(web):
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(web.post, "/ocr/predict", picture("Waiting"), wait=60)
        wait_until(lambda: "job accepted" in web.log("web"), 20, "the job")
        started = time.monotonic()
        web.web.send_signal(signal.SIGTERM)
        response = waiting.result(timeout=20)
        seconds = time.monotonic() - started
        assert web.web.wait(20) == 0
    assert (response.status_code, response.json()["status"]) == (202, "processing")
    assert seconds < 6


def test_running_upload_finishes_while_new_connections_are_refused(web):
    body = form(picture("Half of it"))
    upload = start_upload(web, body)
    wait_until(lambda: unread_bytes(web.port) == 0, 10, "the server to read the first half")
    web.web.send_signal(signal.SIGTERM)
    wait_until(lambda: not accepts(web), 5, "the listener to close")
    time.sleep(1)  # the server keeps waiting for the rest
    upload.sendall(body[len(body) // 2 :])
    status, job = read_response(upload)
    assert (status, job["status"]) == (202, "processing")
    assert web.web.wait(20) == 0


def accepts(service):
    try:
        socket.create_connection(("127.0.0.1", service.port), timeout=1).close()
        return True
    except ConnectionRefusedError:
        return False


def test_queued_connections_are_still_served(web):
    """Connections that the kernel has accepted and no process has picked up yet."""
    processes = [psutil.Process(web.web.pid), *psutil.Process(web.web.pid).children()]
    for process in processes:
        process.suspend()
    waiting = [socket.create_connection(("127.0.0.1", web.port), timeout=20) for _ in range(8)]
    for connection in waiting:
        connection.sendall(b"GET /health/alive HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
    web.web.send_signal(signal.SIGTERM)
    for process in processes:
        process.resume()
    assert [read_response(connection)[0] for connection in waiting] == [200] * 8
