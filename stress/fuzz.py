"""Random requests from the API description to the whole service: no error of the server, no undocumented answer.

schemathesis sends them. It runs in a virtual environment of its own (`make fuzz`), because its dependencies differ from
ours.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import requests

from stress.harness import ServiceProcesses
from stress.report import Report

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ADMIN_TOKEN = "token-of-the-fuzz-run-0123456789abcdef"
SECONDS_PER_REQUEST = 60


@dataclass(frozen=True, slots=True)
class FuzzRun:
    """`settings` are those of the service, besides the defaults. `credential`: "", "admin" or "account"."""

    name: str
    settings: dict[str, object]
    credential: str = ""
    paths: str = ""


#: A high rate limit, so that not almost every request gets 429.
_UNLIMITED: dict[str, object] = {"RATE_LIMIT_REQUESTS": 1_000_000, "FAILED_KEY_LIMIT": 1_000_000}
_WITH_ACCOUNTS: dict[str, object] = {
    **_UNLIMITED,
    "REGISTRATION": "open",
    "REGISTRATION_LIMIT": 1_000_000,
    "ADMIN_TOKEN": ADMIN_TOKEN,
}
RUNS = (
    FuzzRun("default settings", {}),
    FuzzRun("a high rate limit", _UNLIMITED),
    FuzzRun("an administrator", _WITH_ACCOUNTS, "admin", "^/(admin|auth)"),
    FuzzRun("an account", _WITH_ACCOUNTS, "account", "^/(auth|ocr)"),
)


def run(schemathesis: str, examples: int, only: str, seed: int) -> bool:
    """True if schemathesis found nothing."""
    report = Report("fuzz")
    for each in RUNS:
        if only in each.name:
            report.heading(each.name)
            status, output = _fuzz(each, schemathesis, examples, seed)
            report.check("schemathesis", _summary(output), status == 0)
            if status:
                sys.stdout.write(output)
    return report.passed


def _fuzz(plan: FuzzRun, schemathesis: str, examples: int, seed: int) -> tuple[int, str]:
    settings = {"RATE_LIMIT_ENABLED": "true", **plan.settings}
    with (
        tempfile.TemporaryDirectory(prefix="stress-fuzz-") as folder,
        ServiceProcesses(Path(folder), **settings) as service,
    ):
        command = [schemathesis, "run", f"{service.url}/openapi.json", "--checks", ",".join(CHECKS)]
        command += ["--max-examples", str(examples), "--seed", str(seed), "--phases", "examples,coverage,fuzzing"]
        command += ["--request-timeout", str(SECONDS_PER_REQUEST), "--warnings", "off", "--generation-database", "none"]
        command += ["--suppress-health-check", "all", "--continue-on-failure"]
        if plan.paths:
            command += ["--include-path-regex", plan.paths]
        if key := _credential(plan.credential, service.url):
            command += ["--header", f"Authorization:Bearer {key}"]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def _credential(kind: str, url: str) -> str:
    if kind != "account":
        return ADMIN_TOKEN if kind else ""
    answer = requests.post(f"{url}/auth/register", json={"email": "fuzz@example.org", "name": "Fuzz"}, timeout=10)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["api_key"])


def _summary(output: str) -> str:
    """The last lines that are no decoration."""
    lines = [line.strip() for line in output.splitlines() if line.strip(" =─━\n")]
    return " ".join(lines[-3:])[-200:]
