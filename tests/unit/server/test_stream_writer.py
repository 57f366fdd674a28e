"""Writing to clients that are slow, or gone."""

import select
import socket
from types import SimpleNamespace

import pytest

from server.connections import Stream
from server.stream_writer import MOST_UNSENT, StreamWriter


@pytest.fixture
def ends():
    """A stream, the wire to its client, and the client."""
    ours, client = socket.socketpair()
    ours.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    client.settimeout(5)
    stream = Stream("a job", tell=dict, chunked=True, told=("queued", 0), conn=SimpleNamespace(sock=ours))
    stream.fd = ours.fileno()
    with select.epoll() as epoll:
        epoll.register(stream.fd, 0)
        yield stream, StreamWriter(stream, epoll), client
    ours.close()
    client.close()


def read(client, wire, size):
    received = b""
    while len(received) < size:
        received += client.recv(65536)
        wire.flush()
    return received


def test_what_is_sent_arrives_as_chunks_and_the_end_as_the_last_one(ends):
    _, wire, client = ends
    assert wire.send(b"data: 1\n\n")
    assert not wire.end(), "there is nothing more to wait for"
    assert client.recv(100) == b"9\r\ndata: 1\n\n\r\n0\r\n\r\n"


def test_a_client_that_takes_its_time_gets_everything(ends):
    stream, wire, client = ends
    for _ in range(20):
        assert wire.send(b"x" * 2000)
    assert stream.unsent, "more than the kernel keeps"
    assert wire.end(), "there is something to wait for"
    received = read(client, wire, 20 * (2000 + 7) + 5)
    assert received.endswith(b"0\r\n\r\n")
    assert received.count(b"x") == 40_000


def test_a_client_that_takes_nothing_is_dropped_before_it_costs_much(ends):
    stream, wire, _ = ends
    sent = 0
    while wire.send(b"x" * 1000):
        sent += 1
        assert sent < 200
    assert len(stream.unsent) < MOST_UNSENT + 2000


def test_a_client_that_is_gone_is_dropped(ends):
    _, wire, client = ends
    client.close()
    assert not wire.send(b"data: 1\n\n")
