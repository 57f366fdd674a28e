"""A real Prometheus that scrapes one web server, with the repository's rules and short time windows."""

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
#: Seconds between two scrapes, and seconds over which rates are computed.
INTERVAL, WINDOW = 1, 15

CONFIG = """\
global: {{scrape_interval: {interval}s, scrape_timeout: {interval}s, evaluation_interval: {interval}s}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: paddleocr
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


def find_prometheus() -> str | None:
    return shutil.which("prometheus")


def shorten(rules: str) -> str:
    """The same rules (or query), but alerts fire immediately and rates are computed over seconds."""
    return re.sub(r"\[(\d+[mh]|\$__rate_interval)\]", f"[{WINDOW}s]", re.sub(r"for: \d+[mh]", "for: 0s", rules))


class Prometheus:
    """Scrapes the web server on `target_port`."""

    def __init__(self, folder: Path, target_port: int) -> None:
        folder.mkdir()
        (folder / "rules.yml").write_text(shorten(RULES.read_text()))
        (folder / "prometheus.yml").write_text(CONFIG.format(interval=INTERVAL, port=target_port))
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

    def query(self, query: str) -> list:
        """The current result of a query. Raises requests.HTTPError for an invalid query."""
        response = requests.get(self.url + "/api/v1/query", params={"query": query}, timeout=5)
        response.raise_for_status()
        return response.json()["data"]["result"]

    def firing(self) -> set[str]:
        """Names of the alerts that are firing."""
        found = requests.get(self.url + "/api/v1/alerts", timeout=5).json()
        return {alert["labels"]["alertname"] for alert in found["data"]["alerts"] if alert["state"] == "firing"}

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
