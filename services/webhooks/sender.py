"""One call to one receiver, over urllib3 with connections that go through the guard."""

from __future__ import annotations

import email.utils
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_ import create_urllib3_context

from services.webhooks.guard import Guard, NotAllowed, parse, port_of
from services.webhooks.message import Message
from services.webhooks.names import NoAnswer, NoSuchName
from services.webhooks.signing import Signer

CONNECT_SECONDS = 3.0
CALL_SECONDS = 10.0
HEADERS = {"Content-Type": "application/json", "User-Agent": "paddleocr-service", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: the receiver's status, or without one the fault, in a word for the log."""

    status: int | None = None
    fault: str = ""
    #: Seconds to leave the receiver alone, as it asked.
    retry_after: float = 0.0

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Sender:
    """Redirects are not followed and proxies of the environment are not used; the answer's body is not read."""

    def __init__(
        self,
        guard: Guard,
        signer: Signer,
        connect_seconds: float = CONNECT_SECONDS,
        call_seconds: float = CALL_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """`trust`: whose certificates are believed; without it those that the system believes."""
        self._guard = guard
        self._signer = signer
        self._connect_seconds = connect_seconds
        self._call_seconds = call_seconds
        self._trust = trust or _systems_trust()

    def send(self, url: str, message: Message) -> Answer:
        """Never raises for what the receiver or the network does."""
        headers = HEADERS | self._signer.headers(message.id, int(time.time()), message.body)
        with Line(self._guard, self._connect_seconds, self._call_seconds) as line:
            try:
                return self._post(url, message.body, headers, line)
            except (HTTPError, OSError, http.client.HTTPException, NotAllowed, NoSuchName, NoAnswer) as error:
                return Answer(fault="timed out" if line.is_cut else type(error).__name__)

    def _post(self, url: str, body: bytes, headers: dict[str, str], line: Line) -> Answer:
        parsed = parse(url)
        waits = Timeout(connect=self._connect_seconds, read=self._call_seconds)
        options = {"port": port_of(parsed), "timeout": waits, "retries": False, "line": line}
        if parsed.scheme == "https":
            pool = _HTTPSPool(parsed.host, ssl_context=self._trust, **options)
        else:
            pool = _HTTPPool(parsed.host, **options)
        with pool:
            response = pool.urlopen(
                "POST", parsed.request_uri, body=body, headers=headers, redirect=False, preload_content=False
            )
            answer = Answer(response.status, retry_after=seconds_of(response.headers.get("Retry-After", "")))
            response.close()
            return answer


class Line:
    """The connection of one call. When the call's time is up it is cut, whatever the call waits for just then.

    Time limits of a socket start anew with each byte: a receiver that sends one now and then would keep it for ever.
    """

    def __init__(self, guard: Guard, connect_seconds: float, call_seconds: float) -> None:
        self._guard = guard
        self._connect_seconds = connect_seconds
        self._call_seconds = call_seconds
        self._timer = threading.Timer(call_seconds, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        #: A second hold on the connection: TLS takes the first one away.
        self._held: socket.socket | None = None
        self.is_cut = False

    def __enter__(self) -> Line:
        self._timer.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._hang_up()

    def _cut(self) -> None:
        with self._lock:
            self.is_cut = True
            self._hang_up()

    def _hang_up(self) -> None:
        """For everybody who holds it: a process forked in between must not keep it open."""
        if self._held:
            try:
                self._held.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side was quicker
                pass
            self._held.close()
            self._held = None

    def open(self, host: str, port: int) -> socket.socket:
        """Connects to the first address that answers, of those that the guard has looked at just now."""
        endpoints = self._guard.reach(host, port)
        deadline = time.monotonic() + self._connect_seconds
        fault: OSError = TimeoutError()
        for tried, (family, address) in enumerate(endpoints):
            seconds = max(0.1, deadline - time.monotonic()) / (len(endpoints) - tried)
            try:
                return self._connect(family, address, seconds)
            except OSError as error:
                fault = error
        raise fault

    def _connect(self, family: int, address: tuple, seconds: float) -> socket.socket:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            connection.connect(address)
            if not self._guard.permits(connection.getpeername()[0]):
                raise NotAllowed("the peer is not public")
            with self._lock:
                if self.is_cut:
                    raise TimeoutError()
                self._held = connection.dup()
        except BaseException:
            connection.close()
            raise
        connection.settimeout(self._call_seconds)
        return connection


class _OverLine:
    """A connection of urllib3 whose socket comes from a Line."""

    def __init__(self, *args, line: Line, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line.open(self.host, self.port)


class _HTTPOverLine(_OverLine, HTTPConnection):
    pass


class _HTTPSOverLine(_OverLine, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPOverLine


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSOverLine


def seconds_of(retry_after: str) -> float:
    """`Retry-After` in seconds from now on: it is a number or a date (RFC 9110, 10.2.3). 0 for what is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _systems_trust() -> ssl.SSLContext:
    context = create_urllib3_context()
    context.load_default_certs()
    return context
