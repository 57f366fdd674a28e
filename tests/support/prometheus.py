"""A real Prometheus over one web server, with the repository's rules made hasty."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import requests

from stress.harness import REPOSITORY, free_port, wait_until
from utils.process import tie_to

RULES = REPOSITORY / "monitoring" / "alerts.yml"
DASHBOARD = REPOSITORY / "monitoring" / "dashboard.json"
#: Seconds between two looks, and the window over which rates are taken.
EVERY, WINDOW = 1, 15

CONFIG = """\
global: {{scrape_interval: {every}s, scrape_timeout: {every}s, evaluation_interval: {every}s}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: paddleocr
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def find_prometheus() -> str | None:
    return shutil.which("prometheus")


def hasty(rules: str) -> str:
    """The same rules (or the same query), but an alert fires at once, and rates are taken over seconds."""
    return re.sub(r"\[(\d+[mh]|\$__rate_interval)\]", f"[{WINDOW}s]", re.sub(r"for: \d+[mh]", "for: 0s", rules))


class Prometheus:
    """Looks at the web server at `target_port`."""

    def __init__(self, folder: Path, target_port: int) -> None:
        folder.mkdir()
        (folder / "rules.yml").write_text(hasty(RULES.read_text()))
        (folder / "prometheus.yml").write_text(CONFIG.format(every=EVERY, port=target_port))
        self.url = f"http://127.0.0.1:{free_port()}"
        self._folder = folder
        self._process: subprocess.Popen | None = None

    def start(self) -> Prometheus:
        options = {
            "config.file": self._folder / "prometheus.yml",
            "storage.tsdb.path": self._folder / "data",
            "web.listen-address": self.url.removeprefix("http://"),
        }
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                [find_prometheus(), *(f"--{name}={value}" for name, value in options.items())],
                stdout=log,
                stderr=log,
                preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
            )
        wait_until(self._ready, 20, "Prometheus")
        return self

    def _ready(self) -> bool:
        try:
            return requests.get(self.url + "/-/ready", timeout=2).ok
        except requests.RequestException:
            return False

    def answer(self, query: str) -> list:
        """The series that a query finds now; what Prometheus does not understand is an error."""
        answer = requests.get(self.url + "/api/v1/query", params={"query": query}, timeout=5)
        answer.raise_for_status()
        return answer.json()["data"]["result"]

    def firing(self) -> set[str]:
        """Names of the alerts that fire now."""
        answer = requests.get(self.url + "/api/v1/alerts", timeout=5).json()
        return {alert["labels"]["alertname"] for alert in answer["data"]["alerts"] if alert["state"] == "firing"}

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
