"""A webhook receiver: a real HTTP server whose responses the test sets."""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Call:
    at: float
    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict:
        """The message, verified by the Standard Webhooks library. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """responses: (status, headers, delay in seconds) for the first calls. Later calls get 204 at once."""

    def __init__(self, *responses: tuple, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.max_concurrent = 0
        self._concurrent = 0
        self._responses = list(responses)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((address, 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"http://{address}:{self.port}/hook?token=1"

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _record(self, call: Call) -> tuple:
        with self._lock:
            self.calls.append(call)
            self._concurrent += 1
            self.max_concurrent = max(self.max_concurrent, self._concurrent)
            return self._responses.pop(0) if self._responses else (204, {}, 0)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, seconds = receiver._record(Call(time.time(), self.path, dict(self.headers), body))
                time.sleep(seconds)
                with receiver._lock:
                    receiver._concurrent -= 1
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Silent: tests use `calls`."""

        return Handler
