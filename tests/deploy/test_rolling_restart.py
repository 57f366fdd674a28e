"""Web servers and workers restart one after another, as in a rolling update, while clients send requests.

`make test` uses the null engine, because only responses and finished jobs matter here. `make deploy-check` uses real
OCR.
"""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from paddleocr_service.null_engine import TEXT
from stress.harness import ServiceProcesses, wait_until
from tests.support import deploy_check
from tests.support.drawing import picture, scanned_pdf
from tests.support.manifests import K8S, render

REQUESTS_PER_SECOND = 5
PAGES = 12
REAL_OCR = deploy_check.requested()


def expected(text: str) -> str:
    """What a worker reads from an image of this text."""
    return text if REAL_OCR else TEXT


class Fleet:
    """Two pairs of web server and worker with one Redis, and nginx in front in place of a cluster's Service.

    A cluster stops sending requests to a web server ten seconds before it leaves. nginx does not know that one leaves;
    it forwards requests to the other one once a connection is refused.
    """

    def __init__(self, folder, make_nginx) -> None:
        settings = {"OCR_MODEL": "PP-OCRv6_tiny", "OCR_RUNTIME": "auto" if REAL_OCR else "null", "OCR_WORKERS": 1}
        first = ServiceProcesses(folder / "0", **settings)
        shared = {"REDIS_URL": first.redis.url, "DATA_DIR": first.environment["DATA_DIR"]}
        (folder / "1").mkdir()
        self.pairs = [first, ServiceProcesses(folder / "1", **settings, **shared)]
        first.redis.start()
        for pair in self.pairs:
            pair.start_web()
            pair.start_worker()
        wait_until(self.complete, 60, "two web servers and two workers")
        self.url = make_nginx(*[pair.port for pair in self.pairs]).url

    def complete(self) -> bool:
        """Does every web server respond and report two workers?"""
        try:
            reports = [pair.get("/health").json() for pair in self.pairs]
        except requests.RequestException:
            return False
        return [report["checks"]["workers"].get("count") for report in reports] == [2, 2]

    def restart(self, pair: ServiceProcesses) -> None:
        """Send SIGTERM and wait for the pod's grace period, as a kubelet does."""
        pods = render(K8S)
        for name, process in (("web", pair.web), ("worker", pair.worker)):
            process.send_signal(signal.SIGTERM)
            assert process.wait(pods.pod(name)["terminationGracePeriodSeconds"]) == 0
            (pair.start_web if name == "web" else pair.start_worker)()
        wait_until(self.complete, 60, "the restarted pair")

    def stop(self) -> None:
        for pair in self.pairs:
            pair.web.terminate(), pair.worker.terminate()
        for pair in reversed(self.pairs):
            pair.stop()


class Clients:
    """Sends five images per second, each with its own number, without waiting for responses."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._done = threading.Event()
        self._pool = ThreadPoolExecutor(32)
        self._sent = []
        self._clock = threading.Thread(target=self._send_images, daemon=True)

    def __enter__(self):
        self._clock.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._clock.join()

    def _send_images(self) -> None:
        started = time.monotonic()
        while not self._done.wait(max(0, started + len(self._sent) / REQUESTS_PER_SECOND - time.monotonic())):
            number = 1000 + len(self._sent)
            file = f"{number}.png", picture(f"No {number}", width=300)
            self._sent.append((number, self._pool.submit(self.send, "/ocr/image", file)))

    def send(self, path: str, file: tuple[str, bytes]) -> requests.Response:
        return requests.post(self._url + path, files={"file": file}, timeout=60)

    def responses(self) -> dict[int, requests.Response]:
        """Responses by number. Raises the exception of a request that got none."""
        return {number: future.result(timeout=60) for number, future in self._sent}

    def result(self, accepted: requests.Response) -> dict:
        path = self._url + accepted.json()["links"]["result"]

        def ended():
            answer = requests.get(path, params={"wait": 5}, timeout=30)
            assert answer.status_code in (200, 202), answer.text
            return answer.status_code == 200 and answer.json()

        return wait_until(ended, 90, path)


@pytest.fixture
def fleet(tmp_path, make_nginx):
    (tmp_path / "0").mkdir()
    running = Fleet(tmp_path, make_nginx)
    yield running
    running.stop()


def test_rolling_restart_fails_no_request_and_loses_no_job(fleet):
    documents = []
    with Clients(fleet.url) as clients:
        for pair in fleet.pairs:
            # Each worker is stopped in the middle of a document.
            scan = "scan.pdf", scanned_pdf(*["Page"] * PAGES)
            documents += [clients.send("/ocr/pdf", scan) for _ in fleet.pairs]
            fleet.restart(pair)
    responses = clients.responses()
    assert len(responses) > 2 * REQUESTS_PER_SECOND
    assert {response.status_code for response in [*responses.values(), *documents]} == {202}
    for number, response in responses.items():
        result = clients.result(response)
        assert (result["filename"], result["text"]) == (f"{number}.png", expected(f"No {number}"))
    for document in documents:
        assert [page["text"] for page in clients.result(document)["pages"]] == [expected("Page")] * PAGES
