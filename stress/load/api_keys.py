"""What an API key costs: requests with a key of an account and without one, in turn, with the same rate limit.

Also whether the time of a refusal depends on how much of a key is right.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import requests

from stress.harness import ServiceProcesses
from stress.load.throughput import sample_requests
from stress.load.wrk import Request, send
from stress.report import Report

#: Throughput with a key must reach this share of the throughput without one.
MIN_SHARE = 0.95
#: A refusal may differ by this many standard errors between the groups.
MAX_DEVIATION = 3.5
SETTINGS = {
    "OCR_RUNTIME": "null",
    "REGISTRATION": "open",
    "RATE_LIMIT_REQUESTS": 10_000_000,
    "FAILED_KEY_LIMIT": 10_000_000,
}


def run(clients: int, seconds: int, rounds: int, refusals: int) -> bool:
    report = Report("keys")
    for rate_limit in ("true", "false"):
        report.heading(
            f"RATE_LIMIT_ENABLED={rate_limit}; wrk, {clients} connections, {rounds} rounds of {seconds} s each"
        )
        with (
            tempfile.TemporaryDirectory(prefix="stress-keys-") as folder,
            ServiceProcesses(Path(folder), **{**SETTINGS, "RATE_LIMIT_ENABLED": rate_limit}) as service,
        ):
            person = {"email": "load@example.org", "name": "load"}
            key = requests.post(service.url + "/auth/register", json=person, timeout=10).json()["api_key"]
            for name, request in sample_requests(service):
                share, cpu = _share(service, request, key, clients, seconds, rounds)
                figures = f"{share:6.1%} of the throughput without a key; CPU time of web and Redis {cpu:6.1%}"
                report.check(name, figures, share >= MIN_SHARE)
            if rate_limit == "true":
                deviation, means = _deviation(service, key, refusals)
                listed = ", ".join(f"{name} {1e6 * mean:.0f} µs" for name, mean in means.items())
                report.check(
                    "time of a refusal", f"{deviation:.1f} standard errors ({listed})", deviation < MAX_DEVIATION
                )
    return report.passed


def _share(
    service: ServiceProcesses, request: Request, key: str, clients: int, seconds: int, rounds: int
) -> tuple[float, float]:
    """Medians over the rounds of what a request with the key has, divided by what one without has.

    That is requests per second, and CPU time of the web server and Redis.
    """
    shares, costs = [], []
    for number in range(rounds + 1):
        speed, cpu = {}, {}
        for given in ("", key) if number % 2 else (key, ""):
            before = service.cpu_seconds("web") + service.cpu_seconds("redis")
            outcome = send(service.url, replace(request, api_key=given), clients, seconds)
            cpu[given] = (service.cpu_seconds("web") + service.cpu_seconds("redis") - before) / outcome.requests
            speed[given] = outcome.per_second
        if number:  # the first round warms up
            shares.append(speed[key] / speed[""])
            costs.append(cpu[key] / cpu[""])
    return statistics.median(shares), statistics.median(costs)


def _deviation(service: ServiceProcesses, key: str, count: int) -> tuple[float, dict[str, float]]:
    """The largest difference of mean times between keys that are right up to different places, in standard errors."""
    guesses = {f"{right} right": key[:right] + _other(key[right:]) for right in (0, 5, 20, 40, len(key) - 1)}
    times: dict[str, list[float]] = {name: [] for name in guesses}
    session = requests.Session()
    for number in range(count + 50):
        for name in random.sample([*guesses], len(guesses)):
            headers = {"Authorization": f"Bearer {guesses[name]}"}
            began = time.perf_counter()
            status = session.get(service.url + "/auth/stats", headers=headers, timeout=10).status_code
            spent = time.perf_counter() - began
            assert status == 401, status
            if number >= 50:
                times[name].append(spent)
    trimmed = {name: _without_outliers(values) for name, values in times.items()}
    means = {name: statistics.fmean(values) for name, values in trimmed.items()}
    errors = {name: statistics.stdev(values) / len(values) ** 0.5 for name, values in trimmed.items()}
    pairs = [(a, b) for a in means for b in means if a < b]
    return max(abs(means[a] - means[b]) / (errors[a] ** 2 + errors[b] ** 2) ** 0.5 for a, b in pairs), means


def _other(text: str) -> str:
    """Of the same length, and different from the first character on."""
    return "".join("a" if char != "a" else "b" for char in text)


def _without_outliers(values: Sequence[float]) -> list[float]:
    """Without the slowest tenth: other processes took the core."""
    return sorted(values)[: int(0.9 * len(values))]
