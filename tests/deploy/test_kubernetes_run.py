"""The containers of k8s/ as local processes, with the manifests' command lines, variables and probes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import requests

from embedded.redis_server import find_redis_server
from stress.harness import REPOSITORY, free_port, wait_until
from tasks.queue import QUEUE
from tests.support.drawing import picture, scanned_pdf
from tests.support.manifests import K8S, Manifests, render
from utils.process import tie_to

#: The sample password in k8s/, which production rejects, and the one that these pods get.
SAMPLE_PASSWORD, PASSWORD = "change-me", "0123456789abcdef"


class Pods:
    """Redis, one web pod and one worker pod of the production overlay, with local ports and folders."""

    def __init__(self, folder: Path) -> None:
        self.manifests: Manifests = render(K8S / "overlays/production")
        self.folder = folder
        self.port, self.redis_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen] = {}
        self.programs = Path(find_redis_server()).parent
        for name in ("redis", "data", "web", "worker"):
            (folder / name).mkdir()

    def environment(self, name: str) -> dict[str, str]:
        """The pod's variables with local addresses and folders. Each pod has its own temp folder."""
        found = {
            variable: value.replace(SAMPLE_PASSWORD, PASSWORD)
            for variable, value in self.manifests.environment(name).items()
        }
        if name != "redis":
            found |= {
                "SECRET_KEY": "0123456789abcdef" * 2,
                "REDIS_URL": found["REDIS_URL"].replace("@redis:6379", f"@127.0.0.1:{self.redis_port}"),
                "DATA_DIR": str(self.folder / "data"),
                "HOST": "127.0.0.1",
                "PORT": str(self.port),
                "TMPDIR": str(self.folder / name),
                "HOME": "/nonexistent",
            }
        python = os.path.dirname(sys.executable)
        return found | {"PATH": f"{python}:{self.programs}:/usr/bin:/bin"}

    def start(self, name: str) -> None:
        arguments = self.manifests.arguments(name)
        if name == "redis":
            changed = {"/data": str(self.folder / "redis"), SAMPLE_PASSWORD: PASSWORD}
            arguments = [changed.get(word, word) for word in arguments]
            arguments += ["--port", str(self.redis_port)]
        program = [sys.executable, "-m"] if name != "redis" else []
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [*program, *arguments],
                cwd=REPOSITORY,
                env=self.environment(name),
                stdout=log,
                stderr=log,
                preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
            )

    def passes(self, name: str, kind: str) -> bool:
        """Does the probe succeed within its time limit?"""
        probe = self.manifests.container(name)[f"{kind}Probe"]
        limit = probe["timeoutSeconds"]
        if "httpGet" in probe:
            try:
                return requests.get(self.url + probe["httpGet"]["path"], timeout=limit).ok
            except requests.RequestException:
                return False
        command = [word.replace("redis-cli", f"redis-cli -p {self.redis_port}") for word in probe["exec"]["command"]]
        environment = self.environment(name)
        return (
            subprocess.run(command, cwd=REPOSITORY, env=environment, timeout=limit, capture_output=True).returncode == 0
        )

    def terminate(self, name: str) -> None:
        """Send SIGTERM and wait for the grace period, as a kubelet does."""
        process = self.processes.pop(name)
        process.terminate()
        process.wait(self.manifests.pod(name)["terminationGracePeriodSeconds"])

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def redis(self, *command: str) -> str:
        words = ["redis-cli", "-p", str(self.redis_port), *command]
        return subprocess.run(words, env=self.environment("redis"), capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def pods(tmp_path_factory):
    running = Pods(tmp_path_factory.mktemp("pods"))
    try:
        running.start("redis")
        wait_until(lambda: running.passes("redis", "startup"), 10, "Redis")
        running.start("web")
        running.start("worker")
        wait_until(lambda: running.passes("worker", "startup"), 90, "the worker's start-up probe")
        wait_until(lambda: running.passes("web", "readiness"), 30, "the web pod's readiness probe")
        yield running
    finally:
        running.stop()


def test_redis_evicts_nothing_and_requires_its_password(pods):
    assert pods.redis("CONFIG", "GET", "maxmemory-policy").split() == ["maxmemory-policy", "noeviction"]
    assert pods.redis("CONFIG", "GET", "appendonly").split() == ["appendonly", "yes"]
    assert int(pods.redis("CONFIG", "GET", "maxmemory").split()[1]) * 2 <= 2 * 2**30, (
        "half of the memory limit is for the fork"
    )
    without_password = [str(pods.programs / "redis-cli"), "-p", str(pods.redis_port), "ping"]
    assert "NOAUTH" in subprocess.run(without_password, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", ["redis", "web", "worker"])
@pytest.mark.parametrize("kind", ["startup", "readiness", "liveness"])
def test_probes_of_working_pods_succeed(pods, name, kind):
    assert pods.passes(name, kind)


def test_pods_read_an_image(pods):
    answer = requests.post(pods.url + "/ocr/predict", files={"file": picture("Read in a pod")}, timeout=60)
    assert answer.json()["text"] == "Read in a pod"


def test_keda_lists_count_waiting_and_running_jobs(pods):
    names = [t["metadata"]["listName"] for t in pods.manifests.one("ScaledObject", "worker")["spec"]["triggers"]]
    assert names == [QUEUE, "unacked"]

    def counts():
        return int(pods.redis("LLEN", QUEUE)), int(pods.redis("HLEN", "unacked"))

    # Suspended, so that the counts do not depend on the speed of this machine. Each process takes one job.
    processes = psutil.Process(pods.processes["worker"].pid).children()
    for process in processes:
        process.suspend()
    try:
        for number in range(len(processes) + 2):
            pages = scanned_pdf(*[f"Queue {number} page {page}" for page in range(3)])
            answer = requests.post(pods.url + "/ocr/pdf", files={"file": pages}, data={"dpi": 100}, timeout=30)
            assert answer.status_code == 202
        wait_until(lambda: counts()[0] > 0 and counts()[1] > 0, 10, "waiting and running jobs")
    finally:
        for process in processes:
            process.resume()
    wait_until(lambda: counts() == (0, 0), 90, "the end of all jobs")


def test_worker_stops_within_its_grace_period_and_its_probe_fails(pods):
    pods.terminate("worker")
    assert not pods.passes("worker", "liveness")
    assert pods.passes("web", "liveness"), "web pods are not restarted when workers are missing"
    wait_until(lambda: not pods.passes("web", "readiness"), 30, "readiness without a worker")
    pods.start("worker")
    wait_until(lambda: pods.passes("web", "readiness"), 90, "readiness with a worker")


def test_stopped_redis_makes_web_unready_and_restarts_no_pod(pods):
    pods.terminate("redis")
    assert not pods.passes("redis", "liveness")
    wait_until(lambda: not pods.passes("web", "readiness"), 5, "readiness, which is up to a second old")
    assert pods.passes("web", "liveness") and pods.passes("worker", "liveness")
    pods.start("redis")
    wait_until(lambda: pods.passes("web", "readiness"), 60, "readiness after Redis is back")
