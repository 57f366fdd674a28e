"""`deploy-vps.sh --systemd` on a Debian booted with systemd: install, use, break, repair and remove the service."""

import json
import subprocess

import pytest

from stress.harness import REPOSITORY, free_port, wait_until
from tests.support import deploy_check
from tests.support.nspawn import BootedDebian

pytestmark = pytest.mark.timeout(1800)
DEPLOY = "cd /root/ocr && ./deploy-vps.sh"


class Debian(BootedDebian):
    """A machine with a checkout of this repository, without ignored files."""

    def __init__(self, root) -> None:
        super().__init__(root)
        self.url = f"http://127.0.0.1:{free_port()}"

    def check_out(self) -> None:
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, check=True).stdout
        packed = ["tar", "--null", "--files-from=-", "--ignore-failed-read", "-cf", str(self.root / "root/ocr.tar")]
        subprocess.run(packed, cwd=REPOSITORY, input=files, check=True, stderr=subprocess.DEVNULL)
        self.succeed(
            "git config --global user.name test && git config --global user.email test@example.com && "
            "mkdir /root/upstream && cd /root/upstream && tar -xf ../ocr.tar && git init --quiet && git add --all && "
            "git commit --quiet -m 'A working version' && git clone --quiet /root/upstream /root/ocr"
        )

    def succeed(self, command: str, typed: str = "") -> str:
        done = self.run(command, typed=typed)
        assert done.returncode == 0, done.stdout[-9000:] + done.stderr[-3000:]
        return done.stdout

    def request(self, path: str, *options: str) -> dict:
        return json.loads(self.succeed(f"curl -sS {' '.join(options)} '{self.url}{path}'"))

    def main_pids(self) -> str:
        return self.succeed("systemctl show --property MainPID paddleocr-redis paddleocr-web paddleocr-worker")


@pytest.fixture(scope="module")
def debian(tmp_path_factory):
    deploy_check.require(*deploy_check.VPS)
    machine = Debian(tmp_path_factory.mktemp("debian") / "root")
    machine.make()
    machine.boot()
    try:
        machine.check_out()
        # Set the port beforehand: existing settings are preserved, and 5000 may be in use on this machine.
        port = machine.url.rsplit(":", 1)[1]
        machine.succeed(f"install -d -m 700 /etc/paddleocr && echo PORT={port} > /etc/paddleocr/settings.env")
        machine.installation = machine.succeed(f"{DEPLOY} --systemd")
        yield machine
    finally:
        machine.shut_down()


def test_install_starts_the_units_and_reads_an_image(debian):
    assert 'The service read "CORNER BAKERY".' in debian.installation
    assert f"runs at {debian.url}" in debian.installation
    for unit in ("paddleocr.target", "paddleocr-redis", "paddleocr-web", "paddleocr-worker"):
        assert debian.succeed(f"systemctl is-enabled {unit} && systemctl is-active {unit}") == "enabled\nactive\n"


def test_processes_are_unprivileged(debian):
    for pid in debian.main_pids().replace("MainPID=", "").split():
        status = debian.succeed(f"cat /proc/{pid}/status")
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert facts["Uid"].split()[0] != "0"
        assert (facts["NoNewPrivs"], facts["CapBnd"], facts["Seccomp"]) == ("1", "0" * 16, "2")


def test_other_users_cannot_read_settings_data_or_redis(debian):
    listening = debian.succeed(f"ss -Hltn 'sport = :{debian.url.rsplit(':', 1)[1]}'")
    assert [line.split()[3].rsplit(":", 1)[0] for line in listening.splitlines()] == ["127.0.0.1"]
    other_user = "setpriv --reuid nobody --regid nogroup --clear-groups"
    for path in ("/etc/paddleocr/settings.env", "/var/lib/paddleocr/data", "/run/paddleocr/redis.sock"):
        assert debian.run(f"{other_user} test -r {path}").returncode == 1


def test_worker_has_memory_and_cpu_limits(debian):
    found = debian.succeed("systemctl show --property MemoryMax,CPUQuotaPerSecUSec paddleocr-worker")
    settings = debian.succeed("cat /etc/paddleocr/settings.env")
    facts = dict(line.split("=", 1) for line in (found + settings).splitlines())
    assert int(facts["MemoryMax"]) == int(facts["WORKER_MEMORY"].rstrip("m")) * 2**20
    assert facts["CPUQuotaPerSecUSec"] == facts["WORKER_CPUS"] + "s"


def test_second_run_restarts_nothing(debian):
    before = debian.main_pids(), debian.succeed("cat /etc/paddleocr/settings.env")
    debian.succeed(DEPLOY)
    assert (debian.main_pids(), debian.succeed("cat /etc/paddleocr/settings.env")) == before


def test_killed_worker_is_restarted(debian):
    def main_pid():
        return int(debian.succeed("systemctl show --property MainPID --value paddleocr-worker"))

    before = main_pid()
    debian.succeed("systemctl kill --signal=KILL paddleocr-worker")
    wait_until(lambda: main_pid() not in (0, before), 30, "another worker")
    answer = debian.request("/ocr/predict?wait=60&lang=en&detail=word", "--form file=@/root/ocr/docs/sample.png")
    assert "CORNER BAKERY" in answer["text"]


def test_restore_brings_back_the_state_of_the_backup(debian):
    send = "--form file=@/root/ocr/docs/sample.png"
    saved = debian.request("/ocr/predict?wait=60&lang=en", send)["job_id"]
    debian.succeed(f"{DEPLOY} --backup /root/backup.tar.gz")
    assert debian.succeed("stat --format %a /root/backup.tar.gz").strip() == "600"
    later = debian.request("/ocr/predict?wait=60&lang=de", send)["job_id"]
    debian.succeed(f"{DEPLOY} --restore /root/backup.tar.gz", typed="yes\n")
    assert "CORNER BAKERY" in debian.request(f"/ocr/job/{saved}/result")["text"]
    assert debian.request(f"/ocr/job/{later}")["status"] == 404


def test_broken_update_rolls_back_and_loses_no_job(debian):
    done = debian.request("/ocr/predict?wait=60&lang=en", "--form file=@/root/ocr/docs/sample.png")["job_id"]
    before = debian.succeed("readlink /opt/paddleocr/current && cd /root/ocr && git rev-parse HEAD")
    debian.succeed(
        "cd /root/upstream && echo 'raise SystemExit(1)' >> app.py && git commit --quiet -am 'A broken version'"
    )
    update = debian.run(f"export READY_SECONDS=60; {DEPLOY} --update")
    assert update.returncode == 1
    assert "The previous version is running again." in update.stderr
    assert debian.succeed("readlink /opt/paddleocr/current && cd /root/ocr && git rev-parse HEAD") == before
    assert "CORNER BAKERY" in debian.request(f"/ocr/job/{done}/result")["text"]


def test_uninstall_with_data_leaves_nothing(debian):
    debian.succeed(f"{DEPLOY} --uninstall", typed="yes\nyes\n")
    places = "/opt/paddleocr /var/lib/paddleocr /var/cache/paddleocr /etc/paddleocr /etc/systemd/system/paddleocr*"
    assert debian.run(f"ls -d {places}").stdout == ""
    assert debian.run("id paddleocr").returncode != 0
    assert debian.run("pgrep -f 'gunicorn|celery|redis-server'").stdout == ""
