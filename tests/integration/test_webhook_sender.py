"""One webhook call over real sockets: where it goes, how long it may take, and how the response is interpreted."""

import socket
import ssl
import threading
import time
from contextlib import suppress
from email.utils import formatdate

import pytest

from services.webhooks.guard import Guard
from services.webhooks.message import Message
from services.webhooks.resolver import Resolver
from services.webhooks.sender import Sender, parse_retry_after
from services.webhooks.signing import Signer, derived_secret
from tests.support.nginx import make_certificate
from tests.support.receiver import Receiver

SECRET = derived_secret("secret key")
MESSAGE = Message("msg_1", b'{"type":"job.completed"}')
LOOPBACK = ("127.0.0.0/8",)


def sender(*, allowed=LOOPBACK, lookup=socket.getaddrinfo, **options):
    return Sender(Guard(allowed, Resolver(lookup=lookup)), Signer((SECRET,)), **options)


def lookup_returning(*addresses):
    """A lookup function that returns the nth address at the nth call, and from then on the last one."""
    left = list(addresses)

    def lookup(host, port, **_):
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    return lookup


@pytest.fixture
def raw_server():
    """`raw_server(handle)` starts a server that passes its first connection to `handle(socket)`. Returns its port."""
    servers = []

    def start(handle):
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve():
            connection, _ = server.accept()
            with connection, suppress(OSError):  # the client may close the connection
                handle(connection)

        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()[1]

    yield start
    for server in servers:
        server.close()


def test_receiver_gets_a_signed_json_post():
    with Receiver() as receiver:
        result = sender().send(receiver.url, MESSAGE)
    (call,) = receiver.calls
    assert result.delivered and result.status == 204
    assert call.path == "/hook?token=1"
    assert call.headers["Content-Type"] == "application/json"
    assert call.verified(SECRET) == {"type": "job.completed"}


@pytest.mark.parametrize(("status", "delivered"), [(200, True), (299, True), (300, False), (404, False), (500, False)])
def test_only_2xx_means_delivered(status, delivered):
    with Receiver((status, {}, 0)) as receiver:
        assert sender().send(receiver.url, MESSAGE).delivered is delivered


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status):
    with Receiver() as target, Receiver((status, {"Location": target.url}, 0)) as receiver:
        result = sender().send(receiver.url, MESSAGE)
    assert (result.status, result.delivered, target.calls) == (status, False, [])


def test_internal_address_is_not_called_unless_allowed():
    with Receiver() as receiver:
        result = sender(allowed=()).send(receiver.url, MESSAGE)
    assert (result.error, receiver.calls) == ("NotAllowed", [])


def test_name_is_not_called_if_its_address_becomes_internal_after_the_check():
    """DNS rebinding: public when the job is submitted, loopback at the call."""
    guard = Guard((), Resolver(lookup=lookup_returning("8.8.8.8", "127.0.0.1")))
    with Receiver() as receiver:
        url = f"http://rebinding.example:{receiver.port}/"
        guard.check(url)
        result = Sender(guard, Signer((SECRET,))).send(url, MESSAGE)
    assert (result.error, receiver.calls) == ("NotAllowed", [])


def test_connection_goes_to_the_checked_address():
    """A name is looked up once per call, so no second lookup can return another address."""
    with Receiver(address="127.0.0.2") as checked, Receiver() as other:
        lookup = lookup_returning("127.0.0.2", "127.0.0.1")
        result = sender(allowed=("127.0.0.2/32",), lookup=lookup).send(f"http://a.example:{checked.port}/", MESSAGE)
    assert result.delivered and len(checked.calls) == 1 and other.calls == []
    assert checked.calls[0].headers["Host"] == f"a.example:{checked.port}"


def test_nothing_is_sent_if_the_peer_address_is_internal(monkeypatch):
    monkeypatch.setattr(socket.socket, "getpeername", lambda self: ("10.0.0.1", 80))
    with Receiver() as receiver:
        result = sender().send(receiver.url, MESSAGE)
    assert (result.error, receiver.calls) == ("NotAllowed", [])


def test_proxies_from_the_environment_are_not_used(monkeypatch):
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sender().send(receiver.url, MESSAGE).delivered
    assert len(receiver.calls) == 1 and proxy.calls == []


def test_next_address_is_tried_if_one_does_not_respond():
    with Receiver(address="127.0.0.2") as receiver:
        rows = [lookup_returning(address)("", receiver.port)[0] for address in ("127.0.0.3", "127.0.0.2")]
        result = sender(lookup=lambda *_, **__: rows).send(f"http://two.example:{receiver.port}/", MESSAGE)
    assert result.delivered


@pytest.fixture
def secure(tmp_path):
    """A receiver with a certificate for `localhost`, and an SSL context that trusts it."""
    make_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    trusting = ssl.create_default_context(cafile=tmp_path / "fullchain.pem")
    with Receiver(tls=tls) as receiver:
        yield receiver, trusting


def test_tls_certificate_is_verified_for_the_host_name(secure):
    receiver, trusting = secure
    lookup = lookup_returning("127.0.0.1")
    send = sender(tls=trusting, lookup=lookup).send
    assert send(f"https://localhost:{receiver.port}/", MESSAGE).delivered
    assert send(f"https://other.example:{receiver.port}/", MESSAGE).error == "SSLError"
    assert send(f"https://127.0.0.1:{receiver.port}/", MESSAGE).error == "SSLError"
    assert sender(lookup=lookup).send(f"https://localhost:{receiver.port}/", MESSAGE).error == "SSLError"
    assert len(receiver.calls) == 1


def timed(call):
    started = time.monotonic()
    return call(), time.monotonic() - started


def test_silent_receiver_times_out(raw_server):
    port = raw_server(lambda connection: time.sleep(30))
    result, seconds = timed(lambda: sender(call_seconds=0.4).send(f"http://127.0.0.1:{port}/", MESSAGE))
    assert (result.error, result.delivered) == ("timed out", False) and 0.3 < seconds < 10


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_receiver_that_sends_single_bytes_times_out(raw_server, scheme):
    """In the response headers, or in the middle of the TLS handshake."""
    headers = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000
    tls_record = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"\x03\x03" + b"x" * 1000

    def drip(connection):
        for byte in headers if scheme == "http" else tls_record:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    port = raw_server(drip)
    result, seconds = timed(lambda: sender(call_seconds=0.5).send(f"{scheme}://127.0.0.1:{port}/", MESSAGE))
    assert result.error == "timed out" and 0.4 < seconds < 20, "it would take 50 s"


def test_endless_body_is_not_read(raw_server):
    sent = []

    def endless(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while sum(sent) < 1 << 30:
            sent.append(connection.send(b"x" * 65536))

    port = raw_server(endless)
    result = sender().send(f"http://127.0.0.1:{port}/", MESSAGE)
    assert result.delivered and sum(sent) < 64 << 20


@pytest.mark.parametrize("data", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 4096])
def test_response_that_is_not_http_is_an_error(raw_server, data):
    def handle(connection):
        connection.recv(65536)
        connection.sendall(data)

    result = sender().send(f"http://127.0.0.1:{raw_server(handle)}/", MESSAGE)
    assert result.status is None and result.error


def test_closed_port_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert sender().send(f"http://127.0.0.1:{port}/", MESSAGE).error


def test_retry_after_is_a_number_of_seconds_or_a_date():
    assert parse_retry_after("120") == 120
    assert parse_retry_after(formatdate(time.time() + 90, usegmt=True)) == pytest.approx(90, abs=2)
    assert [parse_retry_after(text) for text in ("", "soon", "-5", "1.5", formatdate(0, usegmt=True), "١٢")] == [0] * 6
