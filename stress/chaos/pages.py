"""Documents that take their workers down, and one that nobody wants any more."""

from __future__ import annotations

import subprocess
import sys
import time

import requests

from stress.chaos.service import KeptService
from stress.harness import REPOSITORY
from stress.load.coded import CURE, DIARY, READS, document, picture, text_of
from stress.load.report import Report

ADMIN_TOKEN = "token of the chaos runs"
#: Settings that these runs need.
SETTINGS = {"ADMIN_TOKEN": ADMIN_TOKEN, "OCR_TIMEOUT_PER_PAGE": 3, "MAX_PDF_PAGES": 200}
#: Pages of a document that takes workers down, and the place of the one that does.
PAGES, BAD = 12, 7
#: Seconds within which such a page is given up; after a DELETE no page begins later than so many.
GIVEN_UP_WITHIN, CANCELLED_WITHIN = 120, 2.0


class Pages:
    """Runs on one service. Each has numbers of its own, from `first` on: no two documents are the same."""

    def __init__(self, service: KeptService, report: Report) -> None:
        self._service = service
        self._report = report
        self._data = service.folder / "data"

    def killer(self, what: str, does: int, first: int, copies: int = 2) -> None:
        """Documents of which one page takes its worker down: given up after two workers, and good again once the cause
        is gone: one replayed over HTTP, the others by command line."""
        self._report.say(what)
        (self._data / CURE).unlink(missing_ok=True)
        numbers = [list(range(first + at * PAGES, first + (at + 1) * PAGES)) for at in range(copies)]
        began = time.monotonic()
        jobs = [self._send(own, {own[BAD - 1]: does}) for own in numbers]
        self._neighbours(first + copies * PAGES)
        for job_id, own in zip(jobs, numbers, strict=True):
            self._check_given_up(job_id, own, began)
        self._check_replays(jobs, numbers)

    def cancel(self, what: str, first: int, pages: int = 200, page_ms: int = 300) -> None:
        """A long document is cancelled while it is read."""
        self._report.say(what)
        numbers = list(range(first, first + pages))
        job_id = self._send(numbers, {}, page_ms)
        self._until(lambda: len(self._begun(numbers)) >= 4, 30)
        cancelled = time.time()
        answer = requests.delete(f"{self._service.url}/ocr/job/{job_id}", timeout=10)
        took = self._picture_takes(first + pages)
        time.sleep(2 * CANCELLED_WITHIN)
        begun = self._begun(numbers)
        self._report.tell("pages begun", f"{len(begun)} of {pages}; DELETE answered {answer.status_code}")
        later = max(at for at, _ in begun) - cancelled
        said = f"{later:+.2f} s after the DELETE was sent"
        self._report.must("the last page began", said, later < CANCELLED_WITHIN and len(begun) < pages)
        self._report.must("the workers took other work", f"a picture was read after {took:.2f} s", took < 5)

    def _send(self, numbers: list[int], does: dict[int, int], page_ms: int = 50) -> str:
        answer = self._service.post("/ocr/pdf", document(numbers, page_ms, does), "scan.pdf", dpi=72)
        answer.raise_for_status()
        return answer.json()["job_id"]

    def _neighbours(self, first: int) -> None:
        longest = max(self._picture_takes(first + at) for at in range(10))
        self._report.must("other jobs meanwhile", f"10 of 10, the slowest in {longest:.1f} s", longest < 30)

    def _picture_takes(self, number: int) -> float:
        """Seconds from the sending of a picture to its text."""
        began = time.monotonic()
        answer = self._service.post("/ocr/image", picture(number, READS, 50))
        text = self._service.result_of(answer)["text"]
        assert text == text_of(number), f"{text} was read instead of {text_of(number)}"
        return time.monotonic() - began

    def _check_given_up(self, job_id: str, numbers: list[int], began: float) -> None:
        pages = self._result(job_id)["pages"]
        seconds = time.monotonic() - began
        self._report.must("given up after", f"{seconds:.0f} s", seconds < GIVEN_UP_WITHIN)
        bad = pages.pop(BAD - 1)
        workers = {pid for _, pid in self._begun([numbers[BAD - 1]])}
        self._report.must("workers that it took down", len(workers), len(workers) == 2)
        self._report.must("its page says", bad["error"] and bad["error"]["code"], not bad["success"])
        texts = [text_of(number) for at, number in enumerate(numbers, 1) if at != BAD]
        right = sum(page["text"] == text for page, text in zip(pages, texts, strict=True))
        self._report.must("its other pages", f"{right} of {len(texts)} right", right == len(texts))

    def _check_replays(self, jobs: list[str], numbers: list[list[int]]) -> None:
        told = self._admin("GET", "").json()["dead_letters"]
        listed = {letter["job_id"]: [fault["page"] for fault in letter["faults"]] for letter in told}
        there = sum(listed.get(job_id) == [BAD] for job_id in jobs)
        self._report.must("dead letters that tell the page", f"{there} of {len(jobs)}", there == len(jobs))
        (self._data / CURE).touch()
        by_http, *by_command = jobs
        assert self._admin("POST", f"/{by_http}/replay").status_code == 202
        if by_command:
            lines = self._command("list").splitlines()
            there = all(any(line.startswith(job_id) for line in lines) for job_id in by_command)
            self._report.must("the command line lists them", there, there)
            self._command("replay", *by_command)
        whole = sum(self._is_whole(job_id, own) for job_id, own in zip(jobs, numbers, strict=True))
        self._report.must("replayed, without the cause", f"{whole} of {len(jobs)} complete", whole == len(jobs))
        left = self._admin("GET", "").json()["total"]
        self._report.must("dead letters left", left, left == 0)

    def _is_whole(self, job_id: str, numbers: list[int]) -> bool:
        return [page["text"] for page in self._result(job_id)["pages"]] == [text_of(number) for number in numbers]

    def _admin(self, method: str, path: str) -> requests.Response:
        url = f"{self._service.url}/admin/dead-letters{path}"
        return requests.request(method, url, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}, timeout=10)

    def _command(self, *words: str) -> str:
        command = [sys.executable, "-m", "flask", "--app", "app", "dead-letters", *words]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=self._service.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _result(self, job_id: str) -> dict:
        self._until(lambda: self._status(job_id) != "processing", GIVEN_UP_WITHIN)
        answer = self._service.get(f"/ocr/job/{job_id}/result")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _status(self, job_id: str) -> str:
        return self._service.get(f"/ocr/job/{job_id}").json()["status"]

    def _until(self, condition, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            time.sleep(0.1)

    def _begun(self, numbers: list[int]) -> list[tuple[float, int]]:
        """When each page of these numbers was begun, and by which process."""
        path, wanted = self._data / DIARY, set(numbers)
        lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        return [(float(at), int(pid)) for at, number, pid in lines if int(number) in wanted]
