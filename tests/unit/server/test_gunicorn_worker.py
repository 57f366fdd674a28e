"""Which requests ask for a slot in the job queue before they are read, and what a worker that stops does."""

import socket
from types import SimpleNamespace

import pytest

from server.connections import EventStream
from server.gunicorn_worker import ServiceWorker
from server.request_head import RequestHead


class FakeWorker:
    """The parts of a worker that take a new request."""

    def __init__(self):
        self.slots_asked = self.counted = 0
        self.tpool = self._fast_pool = self._rejection_pool = SimpleNamespace(submit=lambda *call: None)
        self._hooks = SimpleNamespace(fast_paths=set(), creating_paths={"/ocr/image"}, slot=self._slot)
        self.creating_counts = SimpleNamespace(total=lambda: 0)
        self._process = None
        self._shares = SimpleNamespace(add=lambda conn, head: None)

    def _begin(self, conn):
        ServiceWorker._begin(self, conn)

    def _slot(self, in_progress):
        self.slots_asked += 1
        return SimpleNamespace(full=False)

    def _count_creating(self, change):
        self.counted += change


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        (b"POST /ocr/image HTTP/1.1\r\nContent-Length: 0\r\n", 1),
        (b"POST /ocr/image HTTP/1.1\r\nContent-Length: 9\r\n", 0),  # before its body has a thread
        (b"OPTIONS /ocr/image HTTP/1.1\r\n", 0),
        (b"GET /ocr/image HTTP/1.1\r\n", 0),
        (b"POST /ocr/imagery HTTP/1.1\r\n", 0),
    ],
)
def test_only_requests_that_create_work_ask_for_a_slot(head, asked):
    worker = FakeWorker()
    ServiceWorker.dispatch(worker, SimpleNamespace(counted=False), RequestHead(head + b"\r\n"))
    assert (worker.slots_asked, worker.counted) == (asked, asked)


@pytest.mark.parametrize(("chunked", "received"), [(True, b"0\r\n\r\n"), (False, b"")])
def test_a_stream_that_opens_while_the_worker_stops_ends_properly(chunked, received):
    server, client = socket.socketpair()
    stream = EventStream("a job", render=dict, chunked=chunked, known=("queued", 0))
    stream.conn = SimpleNamespace(sock=server, counted=False, close=server.close)
    worker = SimpleNamespace(_shares=SimpleNamespace(release=lambda conn: None), alive=False, nr_conns=1)
    ServiceWorker.finish_request(worker, stream.conn, stream)
    assert client.recv(100) == received
    assert (client.recv(100), worker.nr_conns) == (b"", 0)
    client.close()
