"""Swagger UI and ReDoc in a real browser that can reach only this service."""

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
#: The only resource that the pages' policy blocks: ReDoc's logo, on a server of its vendor.
BLOCKED = {"/docs": [], "/redoc": ["https://cdn.redoc.ly/redoc/logo-mini.svg"]}
#: The HTML id of an operation.
OPERATION_IDS = {"/docs": 'id="operations-{tag}-{id}"', "/redoc": 'id="tag/{tag}/operation/{id}"'}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """The web server alone, with the default rate limit: the documentation needs no Redis and no worker."""
    with ServiceProcesses(
        tmp_path_factory.mktemp("documentation"), parts=("web",), RATE_LIMIT_ENABLED="true"
    ) as running:
        yield running


class Visit:
    """A page as the browser renders it, the requests that it made, and the browser's console messages."""

    def __init__(self, browser, web, path, folder):
        log = folder / "net.json"
        command = [browser, *FLAGS, f"--user-data-dir={folder}/profile", f"--log-net-log={log}", web.url + path]
        process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)
        self.page = process.stdout
        self.console = [line for line in process.stderr.splitlines() if "CONSOLE" in line]
        events = json.loads(log.read_text())["events"]
        requests = [event["params"] for event in events if event.get("params", {}).get("initiator") == web.url]
        self.requested = {params["url"] for params in requests}


@pytest.fixture(scope="module", params=["/docs", "/redoc"])
def visit(request, browser, web, tmp_path_factory):
    path = request.param
    return path, Visit(browser, web, path, tmp_path_factory.mktemp("browser"))


def test_page_shows_every_operation(visit, web):
    path, shown = visit
    operations = Description(web.get("/openapi.json").json()).operations().values()
    assert len(operations) > 10
    ids = [OPERATION_IDS[path].format(tag=each["tags"][0], id=each["operationId"]) for each in operations]
    assert [operation_id for operation_id in ids if operation_id not in shown.page] == []
    assert [operation["summary"] for operation in operations if operation["summary"] not in shown.page] == []


def test_page_requests_only_this_service(visit, web):
    _, shown = visit
    assert web.url + "/openapi.json" in shown.requested
    assert [url for url in shown.requested if not url.startswith(web.url + "/")] == []


def test_policy_blocks_nothing_that_the_page_needs(visit):
    path, shown = visit
    blocked = re.findall(r"'([^']+)' violates the following Content Security Policy", "\n".join(shown.console))
    assert blocked == BLOCKED[path]
    assert len(shown.console) == len(blocked), shown.console


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_policy_allows_only_own_scripts_and_no_inline_scripts(web, path):
    response = web.get(path)
    policy = dict(rule.split(" ", 1) for rule in response.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert not re.search(r"https?:|\*|unsafe-eval", " ".join(policy.values()))
    assert "<script>" not in response.text and 'lang="en"' in response.text


def test_other_responses_may_load_nothing(web):
    for path in ("/", "/openapi.json", "/nowhere"):
        assert web.get(path).headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
