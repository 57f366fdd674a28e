"""A web server with files, whose responses the test sets."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """`responses[path]` is a list of (status, headers, body, seconds between the parts of the body).

    Each request takes the next one, and the last one is kept. `Content-Length: None` sends none.
    """

    def __init__(self) -> None:
        self.responses: dict[str, list[tuple]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port

    def add(self, path, body=b"", status=200, headers=None, seconds=0.0, first=()):
        """Returns the URL of the path. first: responses to the requests before."""
        self.responses[path.partition("?")[0]] = [*first, (status, headers or {}, body, seconds)]
        return self.url(path)

    def url(self, path="/", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def count(self, path):
        return sum(1 for requested, _ in self.requests if requested.partition("?")[0] == path)

    def __enter__(self) -> FileServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.requests.append((self.path, dict(self.headers)))
                left = owner.responses.get(self.path.partition("?")[0], [(404, {}, b"", 0.0)])
                status, headers, body, seconds = left.pop(0) if len(left) > 1 else left[0]
                self.send_response(status)
                headers = {"Content-Length": str(len(body)), **headers}
                for name, value in headers.items():
                    if value is not None:
                        self.send_header(name, value)
                self.end_headers()
                parts = 20 if seconds else 1
                step = -(-len(body) // parts) or 1
                try:
                    for at in range(0, len(body), step):
                        self.wfile.write(body[at : at + step])
                        self.wfile.flush()
                        time.sleep(seconds)
                except OSError:
                    pass  # the client has had enough

            def log_message(self, *args: object) -> None:
                """Silent: tests use `requests`."""

        return Handler
