"""A web page of another origin, in a real browser, uploads a file if the settings allow it."""

import html
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stress.harness import ServiceProcesses, free_port
from tests.support.drawing import picture

BROWSER_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--virtual-time-budget=20000", "--dump-dom"),
)
PAGE = """<!doctype html><title>Another origin</title><pre id="outcome">nothing</pre><script>
async function send() {
  const file = await (await fetch("/scan.png")).blob();
  const response = await fetch("SERVICE/ocr/uploads", {
    method: "POST",
    headers: {"Content-Type": "application/json", "Idempotency-Key": "once"},
    body: JSON.stringify({filename: "scan.png", file_size: file.size, content_type: "image/png"}),
  });
  const job = await response.json();
  const put = await fetch(job.upload_url, {method: job.method, headers: job.headers, body: file});
  const status = await fetch("SERVICE" + response.headers.get("Location"));
  return [response.status, put.status, put.headers.get("Retry-After"), (await status.json()).filename].join(" ");
}
send().catch(String).then((outcome) => { document.getElementById("outcome").textContent = outcome; });
</script>"""


class Site:
    """Another origin: a web server with the page and a picture."""

    def __init__(self, port: int, service: str) -> None:
        page = PAGE.replace("SERVICE", service).encode()
        contents = {"/": ("text/html", page), "/scan.png": ("image/png", picture("From another origin"))}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                content_type, body = contents.get(self.path, ("text/plain", b""))
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.origin = f"http://127.0.0.1:{port}"
        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """A site whose origin is allowed, and one whose origin is not."""
    ports = free_port(), free_port()
    folder = tmp_path_factory.mktemp("service")
    with ServiceProcesses(folder, OCR_RUNTIME="null", CORS_ORIGINS=f"http://127.0.0.1:{ports[0]}") as service:
        started = [Site(port, service.url) for port in ports]
        yield started
        for site in started:
            site.close()


def outcome(browser, site, folder) -> str:
    """Open the site's page and return what it reports of its upload."""
    command = [browser, *BROWSER_FLAGS, f"--user-data-dir={folder}", site.origin + "/"]
    page = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90).stdout
    return html.unescape(re.search(r'<pre id="outcome">(.*?)</pre>', page, re.S)[1])


def test_a_page_of_an_allowed_origin_uploads_a_file(browser, sites, tmp_path):
    assert outcome(browser, sites[0], tmp_path) == "201 202 1 scan.png"


def test_the_browser_blocks_pages_of_other_origins(browser, sites, tmp_path):
    assert outcome(browser, sites[1], tmp_path) == "TypeError: Failed to fetch"
