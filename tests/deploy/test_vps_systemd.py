"""`deploy-vps.sh --systemd` on a Debian that systemd boots: installed, used, broken, mended and removed for real."""

import json
import subprocess

import pytest

from stress.harness import REPOSITORY, free_port, wait_until
from tests.support import deploy_check
from tests.support.nspawn import BootedDebian

pytestmark = pytest.mark.timeout(1800)
DEPLOY = "cd /root/ocr && ./deploy-vps.sh"


class Debian(BootedDebian):
    """The machine with a checkout of this repository, as far as it is not ignored."""

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
            "git commit --quiet -m 'The version that works' && git clone --quiet /root/upstream /root/ocr"
        )

    def succeed(self, command: str, typed: str = "") -> str:
        done = self.run(command, typed=typed)
        assert done.returncode == 0, done.stdout[-9000:] + done.stderr[-3000:]
        return done.stdout

    def ask(self, path: str, *options: str) -> dict:
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
        # The port is said beforehand: what stands in the settings stays, and 5000 may be taken on this machine.
        port = machine.url.rsplit(":", 1)[1]
        machine.succeed(f"install -d -m 700 /etc/paddleocr && echo PORT={port} > /etc/paddleocr/settings.env")
        machine.installation = machine.succeed(f"{DEPLOY} --systemd")
        yield machine
    finally:
        machine.shut_down()


def test_it_is_installed_and_has_read_a_picture(debian):
    assert 'It read "CORNER BAKERY".' in debian.installation
    assert f"runs at {debian.url}" in debian.installation
    for unit in ("paddleocr.target", "paddleocr-redis", "paddleocr-web", "paddleocr-worker"):
        assert debian.succeed(f"systemctl is-enabled {unit} && systemctl is-active {unit}") == "enabled\nactive\n"


def test_no_process_of_it_is_roots_and_none_can_become_it(debian):
    for pid in debian.main_pids().replace("MainPID=", "").split():
        status = debian.succeed(f"cat /proc/{pid}/status")
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert facts["Uid"].split()[0] != "0"
        assert (facts["NoNewPrivs"], facts["CapBnd"], facts["Seccomp"]) == ("1", "0" * 16, "2")


def test_others_on_the_machine_reach_the_door_and_nothing_behind_it(debian):
    listening = debian.succeed(f"ss -Hltn 'sport = :{debian.url.rsplit(':', 1)[1]}'")
    assert [line.split()[3].rsplit(":", 1)[0] for line in listening.splitlines()] == ["127.0.0.1"]
    stranger = "setpriv --reuid nobody --regid nogroup --clear-groups"
    for path in ("/etc/paddleocr/settings.env", "/var/lib/paddleocr/data", "/run/paddleocr/redis.sock"):
        assert debian.run(f"{stranger} test -r {path}").returncode == 1


def test_the_worker_keeps_to_its_share_of_the_machine(debian):
    found = debian.succeed("systemctl show --property MemoryMax,CPUQuotaPerSecUSec paddleocr-worker")
    settings = debian.succeed("cat /etc/paddleocr/settings.env")
    facts = dict(line.split("=", 1) for line in (found + settings).splitlines())
    assert int(facts["MemoryMax"]) == int(facts["WORKER_MEMORY"].rstrip("m")) * 2**20
    assert facts["CPUQuotaPerSecUSec"] == facts["WORKER_CPUS"] + "s"


def test_a_second_run_disturbs_nothing(debian):
    before = debian.main_pids(), debian.succeed("cat /etc/paddleocr/settings.env")
    debian.succeed(DEPLOY)
    assert (debian.main_pids(), debian.succeed("cat /etc/paddleocr/settings.env")) == before


def test_a_worker_that_is_killed_is_started_again(debian):
    def main_pid():
        return int(debian.succeed("systemctl show --property MainPID --value paddleocr-worker"))

    before = main_pid()
    debian.succeed("systemctl kill --signal=KILL paddleocr-worker")
    wait_until(lambda: main_pid() not in (0, before), 30, "another worker")
    answer = debian.ask("/ocr/predict?wait=60&lang=en&detail=word", "--form file=@/root/ocr/docs/sample.png")
    assert "CORNER BAKERY" in answer["text"]


def test_what_was_backed_up_comes_back_and_what_came_later_is_gone(debian):
    send = "--form file=@/root/ocr/docs/sample.png"
    kept = debian.ask("/ocr/predict?wait=60&lang=en", send)["job_id"]
    debian.succeed(f"{DEPLOY} --backup /root/backup.tar.gz")
    assert debian.succeed("stat --format %a /root/backup.tar.gz").strip() == "600"
    late = debian.ask("/ocr/predict?wait=60&lang=de", send)["job_id"]
    debian.succeed(f"{DEPLOY} --restore /root/backup.tar.gz", typed="yes\n")
    assert "CORNER BAKERY" in debian.ask(f"/ocr/job/{kept}/result")["text"]
    assert debian.ask(f"/ocr/job/{late}")["status"] == 404


def test_an_update_that_does_not_start_goes_back_by_itself_and_loses_no_job(debian):
    done = debian.ask("/ocr/predict?wait=60&lang=en", "--form file=@/root/ocr/docs/sample.png")["job_id"]
    before = debian.succeed("readlink /opt/paddleocr/current && cd /root/ocr && git rev-parse HEAD")
    debian.succeed("cd /root/upstream && echo 'raise SystemExit(1)' >> app.py && git commit --quiet -am 'It breaks'")
    update = debian.run(f"export READY_SECONDS=60; {DEPLOY} --update")
    assert update.returncode == 1
    assert "The version before runs again." in update.stderr
    assert debian.succeed("readlink /opt/paddleocr/current && cd /root/ocr && git rev-parse HEAD") == before
    assert "CORNER BAKERY" in debian.ask(f"/ocr/job/{done}/result")["text"]


def test_uninstalling_with_its_data_leaves_nothing(debian):
    debian.succeed(f"{DEPLOY} --uninstall", typed="yes\nyes\n")
    places = "/opt/paddleocr /var/lib/paddleocr /var/cache/paddleocr /etc/paddleocr /etc/systemd/system/paddleocr*"
    assert debian.run(f"ls -d {places}").stdout == ""
    assert debian.run("id paddleocr").returncode != 0
    assert debian.run("pgrep -f 'gunicorn|celery|redis-server'").stdout == ""
