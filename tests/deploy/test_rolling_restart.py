"""Web servers and workers are started anew one after another, as a rolling update does, while clients go on sending.

Nothing is recognised in `make test`, where what counts is who gets an answer and which job ends; `make deploy-check`
reads.
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

A_SECOND = 5
PAGES = 12
READS = deploy_check.asked_for()


def read_from(text: str) -> str:
    """What a worker makes of a picture of this text."""
    return text if READS else TEXT


class Fleet:
    """Two pairs of web server and worker over one Redis, with nginx before both, where a cluster has its Service.

    nginx is never told which web server leaves. A cluster stops sending to it ten seconds before; here whoever is sent
    to one that has left is passed on to the other.
    """

    def __init__(self, folder, make_nginx) -> None:
        settings = {"OCR_MODEL": "PP-OCRv6_tiny", "OCR_RUNTIME": "auto" if READS else "null", "OCR_WORKERS": 1}
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
        """Whether every web server answers and knows of two workers."""
        try:
            reports = [pair.get("/health").json() for pair in self.pairs]
        except requests.RequestException:
            return False
        return [report["checks"]["workers"].get("count") for report in reports] == [2, 2]

    def restart(self, pair: ServiceProcesses) -> None:
        """As a kubelet does it: SIGTERM, and no more than the pod's grace period until it is gone."""
        pods = render(K8S)
        for name, process in (("web", pair.web), ("worker", pair.worker)):
            process.send_signal(signal.SIGTERM)
            assert process.wait(pods.pod(name)["terminationGracePeriodSeconds"]) == 0
            (pair.start_web if name == "web" else pair.start_worker)()
        wait_until(self.complete, 60, "the pair that was started anew")

    def stop(self) -> None:
        for pair in self.pairs:
            pair.web.terminate(), pair.worker.terminate()
        for pair in reversed(self.pairs):
            pair.stop()


class Clients:
    """Five pictures a second, each with a number of its own, whatever becomes of those before."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._done = threading.Event()
        self._pool = ThreadPoolExecutor(32)
        self._sent = []
        self._clock = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self):
        self._clock.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._clock.join()

    def _go_on(self) -> None:
        started = time.monotonic()
        while not self._done.wait(max(0, started + len(self._sent) / A_SECOND - time.monotonic())):
            number = 1000 + len(self._sent)
            file = f"{number}.png", picture(f"No {number}", width=300)
            self._sent.append((number, self._pool.submit(self.send, "/ocr/image", file)))

    def send(self, path: str, file: tuple[str, bytes]) -> requests.Response:
        return requests.post(self._url + path, files={"file": file}, timeout=60)

    def answers(self) -> dict[int, requests.Response]:
        """By number; raises what a request raised that got no answer."""
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


def test_a_rolling_restart_fails_no_request_and_loses_no_job(fleet):
    documents = []
    with Clients(fleet.url) as clients:
        for pair in fleet.pairs:
            # So that each worker is told to go in the middle of a document.
            scan = "scan.pdf", scanned_pdf(*["Page"] * PAGES)
            documents += [clients.send("/ocr/pdf", scan) for _ in fleet.pairs]
            fleet.restart(pair)
    answers = clients.answers()
    assert len(answers) > 2 * A_SECOND
    assert {answer.status_code for answer in [*answers.values(), *documents]} == {202}
    for number, answer in answers.items():
        result = clients.result(answer)
        assert (result["filename"], result["text"]) == (f"{number}.png", read_from(f"No {number}"))
    for document in documents:
        assert [page["text"] for page in clients.result(document)["pages"]] == [read_from("Page")] * PAGES
