"""The image as the Dockerfile makes it, and the service in it as a container runs it.

`make image-check` and `make deploy-check` run this: it needs root, debootstrap and buildah, and takes minutes when it
has to build anew. What it builds stays in IMAGE_CHECK_FOLDER, /var/tmp/paddleocr-image-check unless told otherwise.
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
from tests.support.image import CERTIFICATES, Builder, said

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
    bases = set(re.findall(r"(?m)^FROM (\S+:\S+)", (REPOSITORY / "Dockerfile").read_text()))
    for base in bases:
        builder.make_base(base)
    return builder


@pytest.fixture(scope="session")
def image(builder):
    """The image's configuration and its unpacked files."""
    name = builder.build("runtime")
    container, root = builder.mount(name)
    yield builder.config(name), root
    builder.remove(container)


@pytest.fixture(scope="session")
def network():
    """Nothing but this machine's own loopback, and a Redis on it."""
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
    made = []

    def make(name, *command):
        settings = {"REDIS_URL": "redis://127.0.0.1:6379/0", "SECRET_KEY": "of this check alone"}
        container = Container(root, config, network, folder / "data", folder / f"{name}.log", **settings)
        container.start(*command)
        made.append(container)
        return container

    yield make
    for container in made:
        container.kill()


def worker_command():
    return yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]["worker"]["command"]


@pytest.fixture(scope="session")
def web(make_container):
    return make_container("web")


@pytest.fixture(scope="session")
def worker(make_container):
    return make_container("worker", *worker_command())


def test_it_is_smaller_than_it_may_be(image, capsys):
    size = int(said("du", "-sx", "--block-size=1", image[1]).split()[0])
    with capsys.disabled():
        sys.stdout.write(f"\nThe image, unpacked: {size / 1e6:.0f} MB\n")
    assert size < LARGEST


def test_it_belongs_to_an_ordinary_user_who_can_change_nothing_in_it(image):
    config, root = image
    assert config["User"] == f"{USER}:{USER}"
    changeable = ["(", "-uid", USER, "-o", "-gid", USER, "-o", "-perm", "-o+w", ")"]
    found = said("find", root, "-path", root / "dev", "-prune", "-o", "-not", "-type", "l", *changeable, "-print")
    inside = {"/" + str(Path(line).relative_to(root)) for line in found.splitlines()}
    assert inside == {"/data", "/models", "/tmp", "/var/tmp", "/run/lock"}


def test_nothing_of_its_making_stays_in_it(image):
    _, root = image
    left = ["etc/pip.conf", "usr/bin/make", "usr/bin/gcc", "root/.cache", "app/tests", "app/.git"]
    assert [name for name in left if (root / name).exists()] == []
    assert not any((root / "var/lib/apt/lists").iterdir())
    # The certificates are this check's own; of them buildah leaves the empty file that they were mounted over.
    assert said("find", root, "-path", f"*{CERTIFICATES}", "-size", "+0") == ""


def test_it_reads_a_picture_without_network_and_writes_nowhere_but_to_data_and_tmp(network, web, worker):
    wait_until(lambda: "model ready" in worker.log(), 90, f"the model ({worker.log()[-2000:]})")
    wait_until(lambda: "Booting worker" in web.log(), 30, f"the web server ({web.log()[-2000:]})")
    sample = REPOSITORY / "docs" / "sample.png"
    result = json.loads(said(*network.command(sys.executable, "-c", PREDICT, sample)))
    assert "CORNER BAKERY" in result["text"] and "26.73" in result["text"]
    assert result["engine"]["name"] == "PaddleOCR"


def test_it_runs_with_no_right_at_all(web, worker):
    for container in (web, worker):
        for process in container.processes():
            status = Path(f"/proc/{process.pid}/status").read_text()
            assert f"Uid:\t{USER}\t{USER}\t{USER}\t{USER}" in status
            assert "CapBnd:\t0000000000000000" in status and "NoNewPrivs:\t1" in status


def test_its_root_cannot_be_written_to(web):
    assert "Read-only file system" in web.run("touch", "/app/x").stderr


def test_its_healthcheck_tells_whether_the_web_server_answers(image, web):
    kind, *check = image[0]["Healthcheck"]["Test"]
    assert kind == "CMD"
    wait_until(lambda: web.run(*check).returncode == 0, 30, "the healthcheck")
    alone = Loopback()
    try:
        assert web.beside(alone).run(*check).returncode != 0
    finally:
        alone.close()


def test_paddlepaddle_reads_in_an_image_of_its_own(builder, network, tmp_path):
    name = builder.build("paddle")
    container, root = builder.mount(name)
    try:
        data = tmp_path / "data"
        data.mkdir()
        os.chown(data, USER, USER)
        command = ["python", "-m", "paddleocr_service", "--runtime", "paddle", "--model", "PP-OCRv5_mobile"]
        alone = Container(root, builder.config(name), network, data, tmp_path / "log")
        done = alone.run(*command, "docs/sample.png", seconds=300)
        assert "CORNER BAKERY" in done.stdout, done.stderr
    finally:
        builder.remove(container)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_sigterm_ends_it_in_good_order(name, request):
    """The last test, for it ends what the others use."""
    container = request.getfixturevalue(name)
    assert container.stop(signal.SIGTERM, 20) == 0
    assert "Traceback" not in container.log()
