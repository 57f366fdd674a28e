"""Swagger UI and ReDoc in a real browser that can reach nothing but this service."""

import json
import re
import subprocess

import pytest

from stress.harness import ServiceProcesses
from tests.support.openapi import Description

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ),
    *("--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom"),
)
#: The only thing that the pages' policy keeps from them: ReDoc's logo, which its makers serve.
KEPT_AWAY = {"/docs": [], "/redoc": ["https://cdn.redoc.ly/redoc/logo-mini.svg"]}
#: How an operation stands in the page.
MARKS = {"/docs": 'id="operations-{tag}-{id}"', "/redoc": 'id="tag/{tag}/operation/{id}"'}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """The web server alone: documentation needs no Redis and no worker."""
    running = ServiceProcesses(tmp_path_factory.mktemp("documentation"))
    try:
        running.start_web()
        running.wait_until_alive()
        yield running
    finally:
        running.stop()


class Visit:
    """A page as the browser shows it, what it asked for, and what the browser complains of."""

    def __init__(self, browser, web, path, folder):
        log = folder / "net.json"
        command = [browser, *FLAGS, f"--user-data-dir={folder}/profile", f"--log-net-log={log}", web.url + path]
        seen = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
        self.page = seen.stdout
        self.complaints = [line for line in seen.stderr.splitlines() if "CONSOLE" in line]
        events = json.loads(log.read_text())["events"]
        begun = [event["params"] for event in events if event.get("params", {}).get("initiator") == web.url]
        self.asked_for = {params["url"] for params in begun}


@pytest.fixture(scope="module", params=["/docs", "/redoc"])
def visit(request, browser, web, tmp_path_factory):
    path = request.param
    return path, Visit(browser, web, path, tmp_path_factory.mktemp("browser"))


def test_the_page_shows_every_operation(visit, web):
    path, shown = visit
    operations = Description(web.get("/openapi.json").json()).operations().values()
    assert len(operations) > 10
    marks = [MARKS[path].format(tag=operation["tags"][0], id=operation["operationId"]) for operation in operations]
    assert [mark for mark in marks if mark not in shown.page] == []
    assert [operation["summary"] for operation in operations if operation["summary"] not in shown.page] == []


def test_the_page_asks_nobody_but_this_service(visit, web):
    _, shown = visit
    assert web.url + "/openapi.json" in shown.asked_for
    assert [url for url in shown.asked_for if not url.startswith(web.url + "/")] == []


def test_nothing_that_the_page_needs_is_kept_from_it(visit):
    path, shown = visit
    blocked = re.findall(r"'([^']+)' violates the following Content Security Policy", "\n".join(shown.complaints))
    assert blocked == KEPT_AWAY[path]
    assert len(shown.complaints) == len(blocked), shown.complaints


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_page_may_load_nothing_from_elsewhere_and_run_no_script_of_its_own(web, path):
    answer = web.get(path)
    policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert not re.search(r"https?:|\*|unsafe-eval", " ".join(policy.values()))
    assert "<script>" not in answer.text and 'lang="en"' in answer.text


def test_every_other_answer_may_load_nothing_at_all(web):
    for path in ("/", "/openapi.json", "/nowhere"):
        assert web.get(path).headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
