"""Makes one call to one receiver, with urllib3."""

from __future__ import annotations

import email.utils
import http.client
import ssl
import time
from dataclasses import dataclass, field

from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as HTTPTimeout
from urllib3.util import parse_url

from services.webhooks.connection import TimedConnection, open_pool
from services.webhooks.guard import Guard, NotAllowed
from services.webhooks.message import Message
from services.webhooks.resolver import NoAnswer, NoSuchName
from services.webhooks.signing import Signer

CALL_SECONDS = 10.0
HEADERS = {"Content-Type": "application/json", "User-Agent": "paddleocr-service", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The HTTP status of the response or, without a response, a short `error` for the log."""

    status: int | None = None
    error: str = ""
    #: The receiver's Retry-After in seconds.
    retry_after: float = 0.0

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(eq=False)
class Sender:
    """Does not follow redirects, does not use proxies from the environment, and does not read the response body."""

    guard: Guard
    signer: Signer
    call_seconds: float = CALL_SECONDS
    #: The certificates to trust; the default is the system's.
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def send(self, url: str, message: Message) -> DeliveryResult:
        """Never raises because of the receiver or the network."""
        headers = HEADERS | self.signer.headers(message.id, int(time.time()), message.body)
        with TimedConnection(self.guard, self.call_seconds) as connection:
            try:
                return self._post(url, message.body, headers, connection)
            except (HTTPError, OSError, http.client.HTTPException, NotAllowed, NoSuchName, NoAnswer) as error:
                # The socket's own limit may strike just before that of the whole call.
                timed_out = connection.timed_out or isinstance(error, (HTTPTimeout, TimeoutError))
                return DeliveryResult(error="timed out" if timed_out else type(error).__name__)

    def _post(self, url: str, body: bytes, headers: dict[str, str], connection: TimedConnection) -> DeliveryResult:
        parsed = parse_url(url)
        with open_pool(parsed, connection, self.call_seconds, self.tls) as pool:
            response = pool.urlopen(
                "POST", parsed.request_uri, body=body, headers=headers, redirect=False, preload_content=False
            )
            retry_after = parse_retry_after(response.headers.get("Retry-After", ""))
            response.close()
            return DeliveryResult(response.status, retry_after=retry_after)


def parse_retry_after(text: str) -> float:
    """Seconds from now. The header is a number or a date (RFC 9110, 10.2.3); anything else gives 0."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
