"""Writing to clients that are slow or disconnected."""

import select
import socket
from types import SimpleNamespace

import pytest

from server.connections import EventStream
from server.stream_writer import MAX_UNSENT, StreamWriter


@pytest.fixture
def connection():
    """A stream, its writer, and the client's socket."""
    server, client = socket.socketpair()
    server.setblocking(False)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    client.settimeout(5)
    stream = EventStream("a job", render=dict, chunked=True, known=("queued", 0))
    stream.conn = SimpleNamespace(sock=server)
    stream.fd = server.fileno()
    with select.epoll() as epoll:
        epoll.register(stream.fd, 0)
        yield stream, StreamWriter(stream, epoll), client
    server.close()
    client.close()


def read(client, writer, size):
    received = b""
    while len(received) < size:
        received += client.recv(65536)
        writer.flush()
    return received


def test_data_arrives_as_chunks_and_the_end_as_the_last_chunk(connection):
    _, writer, client = connection
    assert writer.send(b"data: 1\n\n")
    assert not writer.end(), "everything is sent"
    assert client.recv(100) == b"9\r\ndata: 1\n\n\r\n0\r\n\r\n"


def test_a_slow_client_receives_everything(connection):
    stream, writer, client = connection
    for _ in range(20):
        assert writer.send(b"x" * 2000)
    assert stream.unsent, "more than the kernel buffers"
    assert writer.end(), "data is left to send"
    received = read(client, writer, 20 * (2000 + 7) + 5)
    assert received.endswith(b"0\r\n\r\n")
    assert received.count(b"x") == 40_000


def test_a_client_that_reads_nothing_is_disconnected(connection):
    stream, writer, _ = connection
    sent = 0
    while writer.send(b"x" * 1000):
        sent += 1
        assert sent < 200
    assert len(stream.unsent) < MAX_UNSENT + 2000


def test_a_client_that_disconnected_is_dropped(connection):
    _, writer, client = connection
    client.close()
    assert not writer.send(b"data: 1\n\n")
