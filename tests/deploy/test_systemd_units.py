"""The systemd units allow their processes what they need, and not much more."""

import re
import shutil
import subprocess

import pytest

from stress.harness import REPOSITORY

UNITS = REPOSITORY / "deploy" / "systemd"
#: What processes call to confine themselves (`utils/sandbox.py`), and to limit and share memory.
NEEDED = {
    "landlock_create_ruleset", "landlock_restrict_self", "prctl", "prlimit64", "memfd_create", "mmap", "socketpair",
    "sendmsg", "recvmsg", "clone", "execve", "timer_settime", "setitimer",
}  # fmt: skip
#: Of `systemd-analyze security`, from 0 (least) to 10.
HIGHEST_EXPOSURE = 2.0

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def groups():
    """{group: its members} of this machine's systemd."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True, check=True).stdout
    found, name = {}, ""
    for line in listed.splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = set()
        elif line.startswith("    ") and name:
            found[name].add(line.strip())
    return found


def members(word, known):
    """A system call, or all those of a group."""
    if not word.startswith("@"):
        return {word}
    return set().union(*(members(each, known) for each in known[word]))


def allowed(unit):
    """The system calls that the lines of a unit allow: later lines add, or with ~ remove."""
    known, calls = groups(), set()
    for line in re.findall(r"(?m)^SystemCallFilter=(.*)$", (UNITS / unit).read_text()):
        named = set().union(*(members(word, known) for word in line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


@pytest.mark.parametrize("unit", ["paddleocr-web.service", "paddleocr-worker.service"])
def test_parsers_of_files_can_confine_themselves(unit):
    assert allowed(unit) >= NEEDED


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*.service")))
def test_no_privileged_call_is_allowed(unit):
    known = groups()
    refused = (
        members("@mount", known) | members("@module", known) | members("@reboot", known) | members("@debug", known)
    )
    assert not allowed(unit) & refused


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*.service")))
def test_units_are_hardened(unit, tmp_path):
    text = re.sub(r"@REDIS@", "/usr/bin/redis-server", (UNITS / unit).read_text())
    path = tmp_path / unit
    path.write_text(re.sub(r"@[A-Z_]+@", "1", text))
    run = subprocess.run(["systemd-analyze", "security", "--offline=true", path], capture_output=True, text=True)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", run.stdout)
    assert exposure, run.stdout + run.stderr
    assert float(exposure[1]) <= HIGHEST_EXPOSURE
