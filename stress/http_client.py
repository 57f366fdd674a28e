"""A minimal asynchronous HTTP client: it takes little CPU time from the service that shares its cores."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

BOUNDARY = "stress"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
#: Seconds to wait for a response.
TIMEOUT = 60.0
BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError, IndexError)

#: Status (0: no response), headers with names in lower case, and the JSON of the body. Without a response its `code` is
#: the name of the error.
Response = tuple[int, dict[str, str], dict[str, Any]]


def form(content: bytes, filename: str = "scan.png") -> bytes:
    """The body of a multipart form (of type `FORM`) with one file."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


class Connection:
    """A persistent connection that is reopened after an error. A context manager.

    source: the client's own address, such as another one of the loopback network.
    """

    def __init__(self, url: str, source: str = "") -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        self._source = (source, 0) if source else None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()

    async def get(self, path: str) -> Response:
        """The server may have closed an idle connection: then GET is repeated on a new one, as browsers do."""
        reused = self._writer is not None
        response = await self._send("GET", path)
        return await self._send("GET", path) if reused and not response[0] else response

    async def post(self, path: str, body: bytes, **headers: str) -> Response:
        """POST a form."""
        headers |= {"Content-Type": FORM, "Content-Length": str(len(body))}
        return await self._send("POST", path, body, **headers)

    async def _send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        try:
            return await asyncio.wait_for(self._exchange("\r\n".join(lines).encode() + body), TIMEOUT)
        except BROKEN as error:
            self._close()
            return 0, {}, {"code": type(error).__name__}

    async def _exchange(self, request: bytes) -> Response:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port, local_addr=self._source)
        self._writer.write(request)
        status = int((await self._reader.readuntil(b"\r\n")).split()[1])
        headers = {}
        while line := (await self._reader.readuntil(b"\r\n")).strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        content = await self._reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self._close()
        return status, headers, json.loads(content or b"{}")

    def _close(self) -> None:
        if self._writer:
            with suppress(OSError):
                self._writer.close()
        self._reader = self._writer = None
