"""The image built from the Dockerfile, and the service running in it as in a container.

Run by `make image-check` and `make deploy-check`. Needs root, debootstrap and buildah; a build takes minutes. The built
images stay in IMAGE_CHECK_FOLDER (default /var/tmp/paddleocr-image-check).
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from embedded.redis_server import find_redis_server
from stress.harness import REPOSITORY, wait_until
from tests.support import deploy_check
from tests.support.container import Container, Loopback
from tests.support.image import CERTIFICATES, Builder, output

pytestmark = pytest.mark.timeout(1800)
USER = 10001
LARGEST = 1_500_000_000
PREDICT = """
import requests, sys
answer = requests.post("http://127.0.0.1:5000/ocr/predict?wait=60", files={"file": open(sys.argv[1], "rb")}, timeout=90)
print(answer.text)
"""


@pytest.fixture(scope="session")
def builder():
    deploy_check.require(*deploy_check.IMAGE)
    builder = Builder(Path(os.environ.get("IMAGE_CHECK_FOLDER", "/var/tmp/paddleocr-image-check")))
    [base] = re.findall(r"(?m)^ARG BASE=(\S+)@sha256:\w{64}$", (REPOSITORY / "Dockerfile").read_text())
    builder.create_base(base)
    return builder


@pytest.fixture(scope="session")
def image(builder):
    """The image's configuration and the path of its unpacked files."""
    name = builder.build("runtime")
    container, root = builder.mount(name)
    yield builder.config(name), root
    builder.remove(container)


@pytest.fixture(scope="session")
def network():
    """A network with only a loopback interface, and a Redis on it."""
    network = Loopback()
    redis = subprocess.Popen(network.command(find_redis_server(), "--save", ""), stdout=subprocess.DEVNULL)
    yield network
    redis.terminate()
    redis.wait(10)
    network.close()


@pytest.fixture(scope="session")
def make_container(image, network, tmp_path_factory):
    config, root = image
    folder = tmp_path_factory.mktemp("containers")
    (folder / "data").mkdir(mode=0o750)
    os.chown(folder / "data", USER, USER)
    started = []

    def make(name, *command):
        settings = {"REDIS_URL": "redis://127.0.0.1:6379/0", "SECRET_KEY": "only for this check"}
        container = Container(root, config, network, folder / "data", folder / f"{name}.log", **settings)
        container.start(*command)
        started.append(container)
        return container

    yield make
    for container in started:
        container.kill()


def worker_command():
    return yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]["worker"]["command"]


@pytest.fixture(scope="session")
def web(make_container):
    return make_container("web")


@pytest.fixture(scope="session")
def worker(make_container):
    return make_container("worker", *worker_command())


def test_size_is_below_the_limit(image, capsys):
    size = int(output("du", "-sx", "--block-size=1", image[1]).split()[0])
    with capsys.disabled():
        sys.stdout.write(f"\nThe image, unpacked: {size / 1e6:.0f} MB\n")
    assert size < LARGEST


def test_user_is_unprivileged_and_can_only_write_to_data_folders(image):
    config, root = image
    assert config["User"] == f"{USER}:{USER}"
    writable = ["(", "-uid", USER, "-o", "-gid", USER, "-o", "-perm", "-o+w", ")"]
    found = output("find", root, "-path", root / "dev", "-prune", "-o", "-not", "-type", "l", *writable, "-print")
    inside = {"/" + str(Path(line).relative_to(root)) for line in found.splitlines()}
    assert inside == {"/data", "/models", "/tmp", "/var/tmp", "/run/lock"}


def test_no_build_files_are_left(image):
    _, root = image
    left = ["etc/pip.conf", "usr/bin/make", "usr/bin/gcc", "root/.cache", "app/tests", "app/.git"]
    assert [name for name in left if (root / name).exists()] == []
    assert not any((root / "var/lib/apt/lists").iterdir())
    # buildah leaves an empty file where this check's certificates were mounted.
    assert output("find", root, "-path", f"*{CERTIFICATES}", "-size", "+0") == ""


def test_service_reads_an_image_without_network_on_a_read_only_root(network, web, worker):
    wait_until(lambda: "model ready" in worker.log(), 90, f"the model ({worker.log()[-2000:]})")
    wait_until(lambda: "Booting worker" in web.log(), 30, f"the web server ({web.log()[-2000:]})")
    sample = REPOSITORY / "docs" / "sample.png"
    result = json.loads(output(*network.command(sys.executable, "-c", PREDICT, sample)))
    assert "CORNER BAKERY" in result["text"] and "26.73" in result["text"]
    assert result["engine"]["name"] == "PaddleOCR"


def test_processes_have_no_privileges(web, worker):
    for container in (web, worker):
        for process in container.processes():
            status = Path(f"/proc/{process.pid}/status").read_text()
            assert f"Uid:\t{USER}\t{USER}\t{USER}\t{USER}" in status
            assert "CapBnd:\t0000000000000000" in status and "NoNewPrivs:\t1" in status


def test_root_file_system_is_read_only(web):
    assert "Read-only file system" in web.run("touch", "/app/x").stderr


def test_healthcheck_reports_whether_the_web_server_responds(image, web):
    kind, *check = image[0]["Healthcheck"]["Test"]
    assert kind == "CMD"
    wait_until(lambda: web.run(*check).returncode == 0, 30, "the healthcheck")
    empty_network = Loopback()
    try:
        assert web.with_network(empty_network).run(*check).returncode != 0
    finally:
        empty_network.close()


def test_paddle_image_reads_an_image(builder, network, tmp_path):
    name = builder.build("paddle")
    container, root = builder.mount(name)
    try:
        data = tmp_path / "data"
        data.mkdir()
        os.chown(data, USER, USER)
        command = ["python", "-m", "paddleocr_service", "--runtime", "paddle", "--model", "PP-OCRv5_mobile"]
        paddle = Container(root, builder.config(name), network, data, tmp_path / "log")
        done = paddle.run(*command, "docs/sample.png", seconds=300)
        assert "CORNER BAKERY" in done.stdout, done.stderr
    finally:
        builder.remove(container)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_sigterm_stops_it_cleanly(name, request):
    """Must be the last test: it stops what the others use."""
    container = request.getfixturevalue(name)
    assert container.stop(signal.SIGTERM, 20) == 0
    assert "Traceback" not in container.log()
