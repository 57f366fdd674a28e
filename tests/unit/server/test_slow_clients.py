"""Clients that send slowly."""

import select
import socket
from types import SimpleNamespace

import pytest

from server import slow_clients
from server.request_head import RequestHead
from server.slow_clients import MAX_BODIES_PER_ADDRESS, AddressShares, TimedUnreader, UnfinishedHeads

HEAD = RequestHead(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")


def connection(address="192.0.2.1"):
    return SimpleNamespace(client=(address, 1234), shares="")


class Key(SimpleNamespace):
    __hash__ = object.__hash__


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(value=1000.0)
    monkeypatch.setattr(slow_clients.time, "monotonic", lambda: now.value)
    return now


@pytest.fixture
def pair():
    """Connected over TCP: SO_RCVLOWAT has no effect on other sockets."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    with client, server:
        yield client, server


def test_an_unfinished_head_is_reported_when_more_has_arrived(pair):
    client, server = pair
    conn, heads = Key(sock=server), UnfinishedHeads()
    client.sendall(b"GET")
    heads.wait_for_more(conn, 3)
    assert select.select([server], [], [], 0)[0] == []
    client.sendall(b" ")
    assert select.select([server], [], [], 1)[0] == [server]
    heads.finish(conn)
    assert server.recv(9) == b"GET "
    assert list(heads.expired()) == []


def test_the_time_of_a_head_counts_from_its_first_bytes(clock, pair):
    conn, heads = Key(sock=pair[1]), UnfinishedHeads()
    heads.wait_for_more(conn, 1)
    clock.value += slow_clients.HEAD_SECONDS - 1
    heads.wait_for_more(conn, 2)
    assert list(heads.expired()) == []
    clock.value += 1
    assert list(heads.expired()) == [conn]
    assert list(heads.expired()) == []


def test_a_client_that_drips_its_body_is_given_up(clock, pair):
    client, server = pair
    unreader = TimedUnreader(server)
    for _ in range(3):
        clock.value += slow_clients.BODY_GRACE_SECONDS / 4
        client.sendall(b"x")
        assert unreader.chunk() == b"x"
    clock.value += slow_clients.BODY_GRACE_SECONDS / 2
    client.sendall(b"x")
    with pytest.raises(TimeoutError):
        unreader.chunk()


def test_a_client_with_a_slow_but_sufficient_line_is_not_given_up(clock, pair):
    client, server = pair
    unreader = TimedUnreader(server)
    for _ in range(100):
        clock.value += 1
        client.sendall(b"x" * slow_clients.MIN_BODY_RATE)
        assert len(unreader.chunk(5000)) == slow_clients.MIN_BODY_RATE


def test_bodies_from_one_address_get_a_share_of_the_threads_and_the_others_follow():
    submitted = []
    shares = AddressShares(submitted.append, (), 64)
    conns = [connection() for _ in range(MAX_BODIES_PER_ADDRESS + 2)]
    for conn in conns:
        shares.add(conn, HEAD)
    other = connection("192.0.2.2")
    shares.add(other, HEAD)
    assert submitted == [*conns[:MAX_BODIES_PER_ADDRESS], other]
    for conn in submitted[:3]:
        shares.release(conn)
        shares.release(conn)
    assert submitted[-2:] == conns[-2:]
    for conn in (*conns, other):
        shares.release(conn)
    again = connection()
    shares.add(again, HEAD)
    assert submitted[-1] is again


def test_all_bodies_together_leave_threads_free_and_the_address_with_the_fewest_comes_next():
    submitted = []
    shares = AddressShares(submitted.append, (), threads=10)
    conns = [connection(f"192.0.2.{number % 2}") for number in range(20)]
    for conn in conns:
        shares.add(conn, HEAD)
    assert len(submitted) == 6
    newcomer, second, other = connection("192.0.2.7"), connection("192.0.2.7"), connection("192.0.2.9")
    for conn in (newcomer, second, other):
        shares.add(conn, HEAD)
    assert submitted[6:] == [newcomer], "one more thread, for an address that has none"
    shares.release(submitted[0])
    assert submitted[7:] == [other]


@pytest.mark.parametrize("client", [("10.1.2.3", 1), ("::ffff:10.1.2.3", 1, 0, 0), ""])
def test_proxies_that_name_no_client_and_unix_sockets_are_not_limited(client):
    submitted = []
    shares = AddressShares(submitted.append, ("10.0.0.0/8",), 64)
    for _ in range(2 * MAX_BODIES_PER_ADDRESS):
        shares.add(SimpleNamespace(client=client, shares=""), HEAD)
    assert len(submitted) == 2 * MAX_BODIES_PER_ADDRESS


def test_the_client_behind_a_proxy_is_limited():
    submitted = []
    shares = AddressShares(submitted.append, ("10.0.0.0/8",), 64)
    head = RequestHead(b"POST / HTTP/1.1\r\nX-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n\r\n")
    for _ in range(2 * MAX_BODIES_PER_ADDRESS):
        shares.add(connection("10.1.2.3"), head)
    assert len(submitted) == MAX_BODIES_PER_ADDRESS
    assert submitted[0].shares == "192.0.2.7"
