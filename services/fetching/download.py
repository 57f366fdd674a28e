"""Downloads one file with urllib3: only from addresses that the guard permits, also after each redirect."""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as HTTPTimeout
from urllib3.util import parse_url

from services.errors import FetchFailed, PayloadTooLarge, UrlNotAllowed
from services.webhooks.connection import TimedConnection, open_pool
from services.webhooks.guard import Guard, NotAllowed, NotAURL, destination
from services.webhooks.resolver import NoAnswer, NoSuchName

#: Of one file, with all redirects and attempts.
DOWNLOAD_SECONDS = 60.0
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses that another attempt may not meet.
TEMPORARY = frozenset({429, 500, 502, 503, 504})
#: Seconds before each further attempt.
PAUSES = (1.0, 3.0)
CHUNK_BYTES = 1 << 16
#: A compressed response could be a bomb, and a file is what its bytes are.
HEADERS = {"User-Agent": "paddleocr-service", "Accept-Encoding": "identity", "Connection": "close"}


class _Temporary(FetchFailed):
    """Another attempt may succeed."""


@dataclass(eq=False)
class Downloader:
    """Does not use proxies from the environment, cookies or credentials."""

    guard: Guard
    seconds: float = DOWNLOAD_SECONDS
    #: The certificates to trust; the default is the system's.
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    pauses: tuple[float, ...] = PAUSES

    def download(self, url: str, file: BinaryIO, max_bytes: int) -> None:
        """Write the file at `url` into `file`. Raises UrlNotAllowed, FetchFailed or PayloadTooLarge."""
        deadline = time.monotonic() + self.seconds
        for pause in (*self.pauses, None):
            try:
                return self._follow(url, file, max_bytes, deadline)
            except _Temporary as error:
                if pause is None or time.monotonic() + pause >= deadline:
                    raise FetchFailed(error.message) from error
                time.sleep(pause)

    def _follow(self, url: str, file: BinaryIO, max_bytes: int, deadline: float) -> None:
        for _ in range(MAX_REDIRECTS + 1):
            try:
                destination(url)
            except NotAURL as error:
                raise UrlNotAllowed(f"The URL {error}.") from error
            location = self._get(url, file, max_bytes, deadline)
            if location is None:
                return
            url = urljoin(url, location)
        raise FetchFailed(f"The file could not be fetched: more than {MAX_REDIRECTS} redirects.")

    def _get(self, url: str, file: BinaryIO, max_bytes: int, deadline: float) -> str | None:
        """Returns the address of a redirect, or None after the file has been written."""
        with TimedConnection(self.guard, max(0.1, deadline - time.monotonic())) as connection:
            try:
                return self._request(url, connection, file, max_bytes)
            except (NotAllowed, NoSuchName) as error:
                raise UrlNotAllowed("The URL names a host that has no address on the public internet.") from error
            except (HTTPError, OSError, http.client.HTTPException, NoAnswer) as error:
                timed_out = connection.timed_out or isinstance(error, (HTTPTimeout, TimeoutError, NoAnswer))
                reason = "it took too long" if timed_out else f"the connection failed ({type(error).__name__})"
                raise _Temporary(f"The file could not be fetched: {reason}.") from error

    def _request(self, url: str, connection: TimedConnection, file: BinaryIO, max_bytes: int) -> str | None:
        parsed = parse_url(url)
        with open_pool(parsed, connection, self.seconds, self.tls) as pool:
            response = pool.urlopen("GET", parsed.request_uri, headers=HEADERS, redirect=False, preload_content=False)
            location = response.headers.get("Location")
            if response.status in REDIRECTS and location:
                return location
            if response.status != HTTPStatus.OK:
                kind = _Temporary if response.status in TEMPORARY else FetchFailed
                raise kind(f"The file could not be fetched: the server answered with status {response.status}.")
            _save(response, file, max_bytes)
            return None


def _save(response: BaseHTTPResponse, file: BinaryIO, max_bytes: int) -> None:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchFailed("The file could not be fetched: the server sent it compressed, although it was not asked to.")
    length = response.headers.get("Content-Length", "")
    size = int(length[:18]) if length.isascii() and length.isdigit() else 0
    file.seek(0)
    file.truncate()
    for chunk in response.stream(CHUNK_BYTES, decode_content=False) if size <= max_bytes else ():
        size = file.tell() + len(chunk)
        if size > max_bytes:
            break
        file.write(chunk)
    if size > max_bytes:
        raise PayloadTooLarge(f"The file at the URL is too large. The limit is {max_bytes} bytes.")
