"""One call to one receiver, over real sockets: where it goes, how long it may take, what its answer means."""

import socket
import ssl
import threading
import time
from contextlib import suppress
from email.utils import formatdate

import pytest

from services.webhooks.guard import Guard
from services.webhooks.message import Message
from services.webhooks.names import Names
from services.webhooks.sender import Sender, seconds_of
from services.webhooks.signing import Signer, derived_secret
from tests.support.nginx import make_certificate
from tests.support.receiver import Receiver

SECRET = derived_secret("secret key")
MESSAGE = Message("msg_1", b'{"type":"job.completed"}')
LOOPBACK = ("127.0.0.0/8",)


def sender(*, allowed=LOOPBACK, lookup=socket.getaddrinfo, **options):
    return Sender(Guard(allowed, Names(lookup=lookup)), Signer((SECRET,)), **options)


def answers_with(*addresses):
    """A resolver that answers the nth question with the nth address, and then on with the last."""
    left = list(addresses)

    def lookup(host, port, **_):
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    return lookup


@pytest.fixture
def raw():
    """`raw(talk)`: the port of a server whose first connection is handed to `talk(socket)`."""
    servers = []

    def make(talk):
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve():
            connection, _ = server.accept()
            with connection, suppress(OSError):  # whoever called may hang up
                talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()[1]

    yield make
    for server in servers:
        server.close()


def test_a_receiver_gets_a_signed_json_post():
    with Receiver() as receiver:
        answer = sender().send(receiver.url, MESSAGE)
    (call,) = receiver.calls
    assert answer.delivered and answer.status == 204
    assert call.path == "/hook?token=1"
    assert call.headers["Content-Type"] == "application/json"
    assert call.verified(SECRET) == {"type": "job.completed"}


@pytest.mark.parametrize(("status", "delivered"), [(200, True), (299, True), (300, False), (404, False), (500, False)])
def test_2xx_alone_is_delivered(status, delivered):
    with Receiver((status, {}, 0)) as receiver:
        assert sender().send(receiver.url, MESSAGE).delivered is delivered


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_wherever_it_leads(status):
    with Receiver() as inside, Receiver((status, {"Location": inside.url}, 0)) as receiver:
        answer = sender().send(receiver.url, MESSAGE)
    assert (answer.status, answer.delivered, inside.calls) == (status, False, [])


def test_no_call_is_made_to_an_inside_address_that_nobody_opened():
    with Receiver() as receiver:
        answer = sender(allowed=()).send(receiver.url, MESSAGE)
    assert (answer.fault, receiver.calls) == ("NotAllowed", [])


def test_a_name_that_leads_elsewhere_at_the_call_than_at_the_check_is_not_called():
    """DNS rebinding: public when the job is submitted, loopback when the call is made."""
    guard = Guard((), Names(lookup=answers_with("8.8.8.8", "127.0.0.1")))
    with Receiver() as receiver:
        url = f"http://rebinding.example:{receiver.port}/"
        guard.check(url)
        answer = Sender(guard, Signer((SECRET,))).send(url, MESSAGE)
    assert (answer.fault, receiver.calls) == ("NotAllowed", [])


def test_the_connection_is_made_to_the_very_address_that_was_checked():
    """A name is looked up once for each call: there is no second answer that could differ."""
    with Receiver(address="127.0.0.2") as checked, Receiver() as other:
        lookup = answers_with("127.0.0.2", "127.0.0.1")
        answer = sender(allowed=("127.0.0.2/32",), lookup=lookup).send(f"http://a.example:{checked.port}/", MESSAGE)
    assert answer.delivered and len(checked.calls) == 1 and other.calls == []
    assert checked.calls[0].headers["Host"] == f"a.example:{checked.port}"


def test_the_peer_of_the_socket_is_what_counts(monkeypatch):
    """Should a connection end somewhere else than it was made to, nothing is sent over it."""
    monkeypatch.setattr(socket.socket, "getpeername", lambda self: ("10.0.0.1", 80))
    with Receiver() as receiver:
        answer = sender().send(receiver.url, MESSAGE)
    assert (answer.fault, receiver.calls) == ("NotAllowed", [])


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sender().send(receiver.url, MESSAGE).delivered
    assert len(receiver.calls) == 1 and proxy.calls == []


def test_the_next_address_is_tried_where_one_does_not_answer():
    with Receiver(address="127.0.0.2") as receiver:
        rows = [answers_with(address)("", receiver.port)[0] for address in ("127.0.0.3", "127.0.0.2")]
        answer = sender(lookup=lambda *_, **__: rows).send(f"http://two.example:{receiver.port}/", MESSAGE)
    assert answer.delivered


@pytest.fixture
def secure(tmp_path):
    """A receiver with a certificate for `localhost`, and whom to trust for it to be believed."""
    make_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    trust = ssl.create_default_context(cafile=tmp_path / "fullchain.pem")
    with Receiver(tls=tls) as receiver:
        yield receiver, trust


def test_tls_is_verified_against_the_name_of_the_host(secure):
    receiver, trust = secure
    lookup = answers_with("127.0.0.1")
    send = sender(trust=trust, lookup=lookup).send
    assert send(f"https://localhost:{receiver.port}/", MESSAGE).delivered
    assert send(f"https://other.example:{receiver.port}/", MESSAGE).fault == "SSLError"
    assert send(f"https://127.0.0.1:{receiver.port}/", MESSAGE).fault == "SSLError"
    assert sender(lookup=lookup).send(f"https://localhost:{receiver.port}/", MESSAGE).fault == "SSLError"
    assert len(receiver.calls) == 1


def took(call):
    started = time.monotonic()
    return call(), time.monotonic() - started


def test_a_receiver_that_says_nothing_is_hung_up_on(raw):
    port = raw(lambda connection: time.sleep(5))
    answer, seconds = took(lambda: sender(call_seconds=0.4).send(f"http://127.0.0.1:{port}/", MESSAGE))
    assert (answer.fault, answer.delivered) == ("timed out", False) and 0.3 < seconds < 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_receiver_that_says_a_byte_now_and_then_is_hung_up_on(raw, scheme):
    """In the head of its answer, or in the middle of the TLS handshake."""
    said = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000
    record = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" + b"\x03\x03" + b"x" * 1000

    def drip(connection):
        for byte in said if scheme == "http" else record:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    port = raw(drip)
    answer, seconds = took(lambda: sender(call_seconds=0.5).send(f"{scheme}://127.0.0.1:{port}/", MESSAGE))
    assert answer.fault == "timed out" and 0.4 < seconds < 2


def test_an_endless_body_is_not_read(raw):
    sent = []

    def endless(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while sum(sent) < 1 << 30:
            sent.append(connection.send(b"x" * 65536))

    port = raw(endless)
    answer, seconds = took(lambda: sender().send(f"http://127.0.0.1:{port}/", MESSAGE))
    assert answer.delivered and seconds < 2 and sum(sent) < 64 << 20


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 4096])
def test_whatever_else_answers_is_a_fault_and_no_more(raw, said):
    def talk(connection):
        connection.recv(65536)
        connection.sendall(said)

    answer = sender().send(f"http://127.0.0.1:{raw(talk)}/", MESSAGE)
    assert answer.status is None and answer.fault


def test_a_port_where_nobody_listens_is_a_fault():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert sender().send(f"http://127.0.0.1:{port}/", MESSAGE).fault


def test_retry_after_is_a_number_of_seconds_or_a_date():
    assert seconds_of("120") == 120
    assert seconds_of(formatdate(time.time() + 90, usegmt=True)) == pytest.approx(90, abs=2)
    assert [seconds_of(text) for text in ("", "soon", "-5", "1.5", formatdate(0, usegmt=True), "١٢")] == [0] * 6
