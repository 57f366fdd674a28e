"""A process whose connections are nearly used up closes idle ones, first those of the address that has most of them."""

from collections import deque
from types import SimpleNamespace

import pytest

from server import arrivals
from server.arrivals import ArrivalWorker
from server.request_head import RequestHead
from server.slow_clients import AddressShares, UnfinishedHeads


class FakeConnection(SimpleNamespace):
    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


@pytest.fixture
def worker():
    class Worker(ArrivalWorker):
        connection_count = 0

        def __init__(self):
            self.cfg = SimpleNamespace(keepalive=5)
            self.worker_connections, self.nr_conns, self.closed = 20, 0, []
            self.pending_conns, self.keepalived_conns, self._heads = deque(), deque(), UnfinishedHeads()
            self.poller = SimpleNamespace(unregister=lambda sock: None)

            self.shares = AddressShares(lambda conn: None, (), threads=1)

        def unfinished_bodies(self):
            return self.shares.waiting()

        def forget_body(self, conn):
            return self.shares.forget(conn)

        def dispatch(self, conn, head): ...
        def write_problem(self, sock, status, reason, message): ...

        def connect(self, address, queue):
            conn = FakeConnection(
                client=(address, 1), timeout=0, shares="", sock=SimpleNamespace(setsockopt=lambda *option: None)
            )
            conn.close = lambda: self.closed.append(conn)
            queue.append(conn) if queue is not self._heads else queue.wait_for_more(conn, 1)
            self.nr_conns += 1
            return conn

    return Worker()


def test_the_oldest_idle_connections_of_the_largest_address_are_closed(worker, monkeypatch):
    monkeypatch.setattr(arrivals, "FEW", 2)
    queues = [worker.pending_conns, worker._heads, worker.keepalived_conns]
    many = [worker.connect("192.0.2.1", queues[number // 4]) for number in range(12)]
    few = [worker.connect("192.0.2.2", queue) for queue in queues]
    worker._make_room()
    assert worker.closed == many[:5]
    assert worker.nr_conns == 10
    left = [*worker.pending_conns, *worker._heads, *worker.keepalived_conns]
    assert left == [few[0], *many[5:8], few[1], *many[8:], few[2]]


def test_bodies_that_wait_for_a_thread_are_closed_too(worker, monkeypatch):
    monkeypatch.setattr(arrivals, "FEW", 2)
    waiting = [worker.connect("192.0.2.1", []) for _ in range(17)]
    for conn in waiting:
        conn.shares = "192.0.2.9"
        worker.shares.add(conn, RequestHead(b""))
    worker._make_room()
    assert worker.closed == waiting[1:8], "the first one has a thread"
    assert list(worker.shares.waiting()) == waiting[8:]


def test_connections_that_are_served_and_those_of_small_addresses_are_left_alone(worker):
    worker.nr_conns = 16
    for number in range(arrivals.FEW):
        worker.connect("192.0.2.1", worker.pending_conns)
        worker.connect(f"192.0.2.{number + 2}", worker.pending_conns)
    worker._make_room()
    assert worker.closed == []
