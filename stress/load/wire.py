"""HTTP for the clients of a load: as little of it as they need."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from urllib.parse import urlsplit

BOUNDARY = "bench"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
#: For so many seconds an answer is waited for.
PATIENCE = 60.0
BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError, IndexError)


def form(content: bytes, filename: str) -> tuple[bytes, str]:
    """The body of a multipart form with one file, and its content type."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode(), FORM


class Connection:
    """A kept-alive connection, made anew when it broke. A context manager."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_) -> None:
        self._close()

    async def ask(
        self, method: str, path: str, body: bytes = b"", content_type: str = "", **headers: str
    ) -> tuple[int, dict[str, str], dict]:
        """Status, headers by their names in lower case, and the JSON of the body. Status 0: no answer came."""
        if content_type:
            headers = {**headers, "Content-Type": content_type, "Content-Length": str(len(body))}
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        request = "\r\n".join(lines).encode() + body
        kept = self._writer is not None
        try:
            return await asyncio.wait_for(self._exchange(request), PATIENCE)
        except BROKEN:
            self._close()
        # A kept connection may have been closed by the server meanwhile: once more over a new one, as browsers do.
        if not kept or method != "GET":
            return 0, {}, {}
        return await self.ask(method, path)

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, str], dict]:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
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
