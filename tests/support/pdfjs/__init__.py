"""pdf.js in a real browser: where its viewer highlights words of a PDF."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from queue import Queue
from typing import Any

#: The wheel that carries the files of a release of pdf.js. Only they are used.
WHEEL = "pdfjs_viewer"
SCRIPT = Path(__file__).with_name("highlights.mjs")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1400,2000"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_TIMEOUT = 90


def viewer_files() -> Path | None:
    """The folder with pdf.js's `build` and `web`. None if the wheel is not installed."""
    spec = find_spec(WHEEL)
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / "pdfjs" if folders else None


class _Handler(SimpleHTTPRequestHandler):
    """Serves the viewer, the cases and their PDFs, and receives the results."""

    server: _Server

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/web/viewer.html":
            html = (self.server.files / "web" / "viewer.html").read_text()
            self._send(html.replace("</head>", '<script src="/highlights.mjs" type="module"></script></head>').encode())
        elif path in self.server.contents:
            self._send(self.server.contents[path])
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self.server.results.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._send(b"")

    def _send(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path.partition("?")[0]))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Not to the output of the tests."""


class _Server(ThreadingHTTPServer):
    def __init__(self, files: Path, contents: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), lambda *given: _Handler(*given, directory=str(files)))
        self.files, self.contents = files, contents
        self.results: Queue[dict[str, Any]] = Queue()


def highlights(
    browser: str, files: Path, profile: Path, cases: Mapping[str, tuple[bytes, Sequence[str]]]
) -> dict[str, dict[str, Any]]:
    """cases: a PDF of one page and words on it. See `highlights.mjs` for the result."""
    listed = {name: {"url": f"/{name}.pdf", "words": list(words)} for name, (_, words) in cases.items()}
    contents = {f"/{name}.pdf": file for name, (file, _) in cases.items()}
    contents |= {"/cases.json": json.dumps(listed).encode(), "/highlights.mjs": SCRIPT.read_bytes()}
    with _Server(files, contents) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/web/viewer.html?file="
        command = [browser, *FLAGS, f"--user-data-dir={profile}", url]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                return server.results.get(timeout=_TIMEOUT)
            finally:
                process.terminate()
                server.shutdown()
