"""deploy-vps.sh with stand-ins for docker, apt-get and all else that would change a machine: they record their calls.

What the script does to a real machine is shown by tests/deploy/test_vps_systemd.py.
"""

import os
import re
import shutil
import stat
import subprocess

import pytest

from config import VERSION, Settings
from stress.harness import REPOSITORY
from tests.support.vps_machine import UBUNTU, Machine

# Installing


def test_a_bare_machine_gets_docker_settings_and_a_service_that_reads(machine):
    done = machine.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.calls("apt-get install", "docker.io", "docker-compose-v2")
    assert machine.calls("docker compose build") and machine.calls("docker compose up")
    assert machine.calls("curl", "http://127.0.0.1:5000/health/ready")
    assert machine.calls("curl", "http://127.0.0.1:5000/ocr/predict")
    assert f"The OCR service {VERSION} runs at http://127.0.0.1:5000" in done.stdout
    order = [machine.calls("apt-get update"), machine.calls("compose build"), machine.calls("compose up")]
    calls = machine.calls()
    assert sorted(order, key=lambda found: calls.index(found[0])) == order


def test_the_picture_that_it_reads_is_no_one_that_a_cache_knows(machine):
    machine.installed()
    sent = int((machine.standin / "picture").read_text() or 0)
    assert sent == 0 or sent > (REPOSITORY / "docs/sample.png").stat().st_size


def test_secrets_are_fresh_private_and_good_enough_for_production(machine, tmp_path, monkeypatch):
    machine.installed()
    other = Machine(tmp_path / "other").installed()
    assert re.fullmatch("[0-9a-f]{64}", machine.settings["SECRET_KEY"])
    assert machine.settings["SECRET_KEY"] != other.settings["SECRET_KEY"]
    assert stat.S_IMODE((machine.folder / ".env").stat().st_mode) == 0o600
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name, value in machine.settings.items():
        monkeypatch.setenv(name, value)
    assert Settings.from_env(tmp_path / "no .env").production


def test_no_secret_is_printed(machine):
    done = machine.run()
    assert machine.settings["SECRET_KEY"] not in done.stdout + done.stderr
    assert not machine.calls(machine.settings["SECRET_KEY"])


def test_a_second_run_keeps_secrets_and_everything_that_was_set_by_hand(machine):
    machine.installed()
    path = machine.folder / ".env"
    path.write_text(path.read_text().replace("OCR_WORKERS=", "OCR_WORKERS=7") + "OCR_LANG=de\n")
    before = machine.settings
    machine.installed()
    assert machine.settings == before
    assert not machine.calls("apt-get")


@pytest.mark.parametrize(
    ("pages", "cores", "memory", "cpus", "processes", "threads"),
    [
        (500_000, 1, "1024m", 1, 1, 1),
        (1_000_000, 2, "2048m", 2, 1, 2),
        (2_048_000, 4, "4096m", 2, 2, 1),
        (2_048_000, 2, "4096m", 2, 2, 1),
        (4_096_000, 8, "8192m", 6, 5, 1),
        (4_096_000, 32, "8192m", 30, 5, 6),
    ],
    ids=["2 GB", "4 GB", "8 GB with 4 cores", "8 GB with 2", "16 GB", "16 GB with many cores"],
)
def test_sizes_follow_the_machine(machine, pages, cores, memory, cpus, processes, threads):
    machine.answer("getconf", f"[[ $1 == PAGE_SIZE ]] && echo 4096 || echo {pages}")
    machine.answer("nproc", f"echo {cores}")
    found = machine.installed().settings
    assert (found["WORKER_MEMORY"], found["WORKER_CPUS"]) == (memory, str(cpus))
    assert (found["OCR_WORKERS"], found["OCR_THREADS"]) == (str(processes), str(threads))


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("id", "echo 1000", "sudo ./deploy-vps.sh"),
        ("getconf", "[[ $1 == PAGE_SIZE ]] && echo 4096 || echo 250000", "976 MB of memory"),
        ("df", "printf 'Avail\\n3000\\n'", "3000 MB are free"),
        ("ss", "echo LISTEN", "Port 5000 is in use"),
        ("curl", "exit 22", "It does not work. Its logs:"),
        ("curl", "cat > /dev/null; echo something else", "Not the text of docs/sample.png"),
    ],
    ids=["not root", "little memory", "full disk", "port taken", "never ready", "reads nonsense"],
)
def test_a_machine_that_will_not_do_is_told_why(machine, name, answer, message):
    machine.answer(name, answer)
    done = machine.run()
    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize("system", ["ID=fedora\nPRETTY_NAME=Fedora\n", "ID=opensuse\nID_LIKE=suse\n"])
def test_another_system_is_refused_before_anything_is_done(machine, system):
    (machine.standin / "os-release").write_text(system)
    done = machine.run()
    assert (done.returncode, machine.calls("apt-get"), (machine.folder / ".env").exists()) == (1, [], False)
    assert "no Debian or Ubuntu" in done.stderr


def test_ubuntu_will_do(machine):
    (machine.standin / "os-release").write_text(UBUNTU)
    machine.installed()


def test_where_compose_is_a_program_of_its_own_it_is_that_which_is_called(machine):
    machine.answer("docker", "[[ $1 != compose ]]")
    machine.answer("docker-compose", "[[ $1 != up ]] || touch $STANDIN/running")
    machine.installed()
    assert machine.calls("docker-compose up")


@pytest.mark.parametrize("options", [[], ["--domain", "ocr.example.com"], ["--systemd"], ["--public"]])
def test_a_dry_run_changes_nothing(machine, options):
    before = machine.files()
    done = machine.run("--dry-run", *options)
    assert done.returncode == 0, done.stderr
    assert machine.files() == before
    changing = ("apt-get", "compose build", "compose up", "systemctl", "certbot", "openssl", "useradd", "install ")
    assert [call for call in machine.calls() if any(word in call for word in changing)] == []
    assert "would run: " in done.stdout and "nothing was changed" in done.stdout


def test_a_dry_run_needs_no_root_rights(machine):
    machine.answer("id", "echo 1000")
    assert machine.run("--dry-run").returncode == 0


@pytest.mark.parametrize("options", [["--domian", "x"], ["--domain"], ["--domain", "--public"], ["--backup"], ["x"]])
def test_an_option_that_is_wrong_is_named_and_nothing_is_done(machine, options):
    done = machine.run(*options)
    assert done.returncode == 1
    assert options[0] in done.stderr
    assert not machine.calls("apt-get")


def test_a_name_that_is_no_host_is_refused(machine):
    assert "no host name" in machine.run("--domain", "ocr.example.com;reboot").stderr


# Doors


def test_without_being_told_otherwise_it_is_reached_on_this_machine_alone(machine):
    found = machine.installed().settings
    assert found["BIND_ADDRESS"] == "127.0.0.1"
    assert "COMPOSE_PROFILES" not in found


def test_public_puts_nginx_in_front_on_all_addresses(machine):
    found = machine.installed("--public").settings
    assert (found["BIND_ADDRESS"], found["COMPOSE_PROFILES"]) == ("0.0.0.0", "production")
    assert machine.calls("curl", "http://127.0.0.1/health/ready")


def test_a_domain_gets_a_certificate_of_our_own_then_a_real_one(machine):
    machine.installed("--domain", "ocr.example.com", "--email", "me@example.com")
    assert machine.settings["DOMAIN"] == "ocr.example.com"
    assert machine.calls("openssl", "CN=ocr.example.com")
    (asked,) = machine.calls("certbot")
    assert "--domain ocr.example.com" in asked and "--email me@example.com" in asked
    assert machine.calls("curl", "--resolve ocr.example.com:443:127.0.0.1", "https://ocr.example.com/ocr/predict")
    calls = machine.calls()
    started = calls.index(machine.calls("compose up")[0])
    assert calls.index(machine.calls("openssl")[0]) < started < calls.index(asked)


def test_a_domain_that_gets_no_certificate_yet_is_served_all_the_same(machine):
    machine.answer("certbot", "exit 1")
    done = machine.run("--domain", "ocr.example.com")
    assert done.returncode == 0
    assert "No certificate came" in done.stderr


def test_a_later_run_remembers_the_domain_and_keeps_its_certificate(machine):
    machine.installed("--domain", "ocr.example.com").installed()
    assert machine.settings["DOMAIN"] == "ocr.example.com"
    assert machine.calls("curl", "https://ocr.example.com")
    assert not machine.calls("openssl")


def test_each_renewed_certificate_goes_where_nginx_reads_it_and_its_key_is_nginxs_alone(machine):
    machine.installed("--domain", "ocr.example.com")
    hook = "deploy/new-certificate.sh"
    assert machine.calls("certbot", f"--deploy-hook {machine.folder}/{hook}")
    machine.answer("install", "true")  # to give a file to user 101 takes root rights
    environment = {"PATH": f"{machine.standin / 'bin'}:{os.environ['PATH']}", "STANDIN": str(machine.standin)}
    subprocess.run([machine.folder / hook], env={**environment, "RENEWED_LINEAGE": "/new"}, check=True, timeout=20)
    assert machine.calls("install -m 0644 /new/fullchain.pem fullchain.pem")
    assert machine.calls("install -m 0400 -o 101 /new/privkey.pem privkey.pem")


# The script itself


@pytest.mark.parametrize(
    "name", ["deploy-vps.sh", *(f"deploy/{path.name}" for path in (REPOSITORY / "deploy").glob("*.sh"))]
)
def test_shellcheck_finds_nothing(name):
    program = shutil.which("shellcheck") or shutil.which("shellcheck", path=os.path.dirname(os.sys.executable))
    if not program:
        pytest.skip("shellcheck is not on this machine")
    checked = subprocess.run([program, "--external-sources", name], cwd=REPOSITORY, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
