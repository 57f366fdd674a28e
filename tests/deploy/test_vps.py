"""deploy-vps.sh on a fake machine that records the calls to docker, apt-get and other programs.

tests/deploy/test_vps_systemd.py runs the script on a real system.
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


def test_install_sets_up_docker_and_a_working_service(machine):
    done = machine.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.calls("apt-get install", "docker.io", "docker-compose-v2")
    assert machine.calls("docker compose build") and machine.calls("docker compose up")
    assert machine.calls("curl", "http://127.0.0.1:5000/health/ready")
    assert machine.calls("curl", "http://127.0.0.1:5000/ocr/predict")
    assert f"The OCR service {VERSION} runs at http://127.0.0.1:5000" in done.stdout
    steps = [machine.calls("apt-get update"), machine.calls("compose build"), machine.calls("compose up")]
    calls = machine.calls()
    assert sorted(steps, key=lambda found: calls.index(found[0])) == steps


def test_sample_image_is_unique_so_the_cache_cannot_answer(machine):
    machine.install()
    sent = int((machine.fakes / "picture").read_text() or 0)
    assert sent == 0 or sent > (REPOSITORY / "docs/sample.png").stat().st_size


def test_secrets_are_new_private_and_valid_for_production(machine, tmp_path, monkeypatch):
    machine.install()
    other = Machine(tmp_path / "other").install()
    assert re.fullmatch("[0-9a-f]{64}", machine.settings["SECRET_KEY"])
    assert machine.settings["SECRET_KEY"] != other.settings["SECRET_KEY"]
    assert stat.S_IMODE((machine.folder / ".env").stat().st_mode) == 0o600
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name, value in machine.settings.items():
        monkeypatch.setenv(name, value)
    assert Settings.from_env(tmp_path / "no .env").flask_env == "production"


def test_secrets_are_not_printed(machine):
    done = machine.run()
    assert machine.settings["SECRET_KEY"] not in done.stdout + done.stderr
    assert not machine.calls(machine.settings["SECRET_KEY"])


def test_second_run_preserves_secrets_and_manual_settings(machine):
    machine.install()
    path = machine.folder / ".env"
    path.write_text(path.read_text().replace("OCR_WORKERS=", "OCR_WORKERS=7") + "OCR_LANG=de\n")
    before = machine.settings
    machine.install()
    assert machine.settings == before
    assert not machine.calls("apt-get")


@pytest.mark.parametrize(
    ("pages", "cores", "memory", "cpus", "processes", "threads"),
    [
        (500_000, 1, "1024m", 1, 1, 1),
        (1_000_000, 2, "2048m", 2, 1, 2),
        (2_048_000, 4, "4096m", 2, 2, 1),
        (2_048_000, 2, "4096m", 2, 2, 1),
        (4_096_000, 8, "8192m", 6, 4, 1),
        (4_096_000, 32, "8192m", 30, 4, 7),
    ],
    ids=["2 GB", "4 GB", "8 GB with 4 cores", "8 GB with 2", "16 GB", "16 GB with many cores"],
)
def test_sizes_depend_on_the_machine(machine, pages, cores, memory, cpus, processes, threads):
    machine.fake("getconf", f"[[ $1 == PAGE_SIZE ]] && echo 4096 || echo {pages}")
    machine.fake("nproc", f"echo {cores}")
    found = machine.install().settings
    assert (found["WORKER_MEMORY"], found["WORKER_CPUS"]) == (memory, str(cpus))
    assert (found["OCR_WORKERS"], found["OCR_THREADS"]) == (str(processes), str(threads))


@pytest.mark.parametrize(
    ("name", "script", "message"),
    [
        ("id", "echo 1000", "sudo ./deploy-vps.sh"),
        ("getconf", "[[ $1 == PAGE_SIZE ]] && echo 4096 || echo 250000", "976 MB of memory"),
        ("df", "printf 'Avail\\n3000\\n'", "3000 MB are free"),
        ("ss", "echo LISTEN", "Port 5000 is in use"),
        ("curl", "exit 22", "The service was installed but does not work. To read the logs:"),
        ("curl", "cat > /dev/null; echo something else", "Not the text of docs/sample.png"),
    ],
    ids=["not root", "low memory", "full disk", "port in use", "never ready", "wrong text"],
)
def test_unsuitable_machine_fails_with_the_reason(machine, name, script, message):
    machine.fake(name, script)
    done = machine.run()
    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize("system", ["ID=fedora\nPRETTY_NAME=Fedora\n", "ID=opensuse\nID_LIKE=suse\n"])
def test_other_systems_are_rejected_before_any_change(machine, system):
    (machine.fakes / "os-release").write_text(system)
    done = machine.run()
    assert (done.returncode, machine.calls("apt-get"), (machine.folder / ".env").exists()) == (1, [], False)
    assert "not Debian or Ubuntu" in done.stderr


def test_ubuntu_is_supported(machine):
    (machine.fakes / "os-release").write_text(UBUNTU)
    machine.install()


def test_standalone_docker_compose_is_used_if_the_plugin_is_missing(machine):
    machine.fake("docker", "[[ $1 != compose ]]")
    machine.fake("docker-compose", "[[ $1 != up ]] || touch $FAKES/running")
    machine.install()
    assert machine.calls("docker-compose up")


@pytest.mark.parametrize("options", [[], ["--domain", "ocr.example.com"], ["--systemd"], ["--public"]])
def test_dry_run_changes_nothing(machine, options):
    before = machine.files()
    done = machine.run("--dry-run", *options)
    assert done.returncode == 0, done.stderr
    assert machine.files() == before
    changing = ("apt-get", "compose build", "compose up", "systemctl", "certbot", "openssl", "useradd", "install ")
    assert [call for call in machine.calls() if any(word in call for word in changing)] == []
    assert "would run: " in done.stdout and "nothing was changed" in done.stdout


def test_dry_run_needs_no_root_rights(machine):
    machine.fake("id", "echo 1000")
    assert machine.run("--dry-run").returncode == 0


@pytest.mark.parametrize("options", [["--domian", "x"], ["--domain"], ["--domain", "--public"], ["--backup"], ["x"]])
def test_invalid_option_is_named_and_nothing_is_changed(machine, options):
    done = machine.run(*options)
    assert done.returncode == 1
    assert options[0] in done.stderr
    assert not machine.calls("apt-get")


def test_invalid_host_name_is_rejected(machine):
    assert "not a host name" in machine.run("--domain", "ocr.example.com;reboot").stderr


# Where the service is reachable


def test_by_default_the_service_is_reachable_only_locally(machine):
    found = machine.install().settings
    assert found["BIND_ADDRESS"] == "127.0.0.1"
    assert "COMPOSE_PROFILES" not in found


def test_public_starts_nginx_on_all_addresses(machine):
    found = machine.install("--public").settings
    assert (found["BIND_ADDRESS"], found["COMPOSE_PROFILES"]) == ("0.0.0.0", "production")
    assert machine.calls("curl", "http://127.0.0.1/health/ready")


def test_domain_gets_a_self_signed_certificate_first_then_a_real_one(machine):
    machine.install("--domain", "ocr.example.com", "--email", "me@example.com")
    assert machine.settings["DOMAIN"] == "ocr.example.com"
    assert machine.calls("openssl", "CN=ocr.example.com")
    (request,) = machine.calls("certbot")
    assert "--domain ocr.example.com" in request and "--email me@example.com" in request
    assert machine.calls("curl", "--resolve ocr.example.com:443:127.0.0.1", "https://ocr.example.com/ocr/predict")
    calls = machine.calls()
    started = calls.index(machine.calls("compose up")[0])
    assert calls.index(machine.calls("openssl")[0]) < started < calls.index(request)


def test_service_runs_even_if_no_certificate_is_issued(machine):
    machine.fake("certbot", "exit 1")
    done = machine.run("--domain", "ocr.example.com")
    assert done.returncode == 0
    assert "No certificate was issued" in done.stderr


def test_later_run_uses_the_same_domain_and_certificate(machine):
    machine.install("--domain", "ocr.example.com").install()
    assert machine.settings["DOMAIN"] == "ocr.example.com"
    assert machine.calls("curl", "https://ocr.example.com")
    assert not machine.calls("openssl")


def test_renewed_certificate_is_copied_for_nginx_with_a_private_key(machine):
    machine.install("--domain", "ocr.example.com")
    hook = "deploy/new-certificate.sh"
    assert machine.calls("certbot", f"--deploy-hook {machine.folder}/{hook}")
    machine.fake("install", "true")  # changing the owner to user 101 needs root rights
    environment = {"PATH": f"{machine.fakes / 'bin'}:{os.environ['PATH']}", "FAKES": str(machine.fakes)}
    subprocess.run([machine.folder / hook], env={**environment, "RENEWED_LINEAGE": "/new"}, check=True, timeout=20)
    assert machine.calls("install -m 0644 /new/fullchain.pem fullchain.pem")
    assert machine.calls("install -m 0400 -o 101 /new/privkey.pem privkey.pem")


# The script itself


@pytest.mark.parametrize(
    "name", ["deploy-vps.sh", *(f"deploy/{path.name}" for path in (REPOSITORY / "deploy").glob("*.sh"))]
)
def test_shellcheck_reports_nothing(name):
    program = shutil.which("shellcheck") or shutil.which("shellcheck", path=os.path.dirname(os.sys.executable))
    if not program:
        pytest.skip("shellcheck is not installed")
    checked = subprocess.run([program, "--external-sources", name], cwd=REPOSITORY, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
