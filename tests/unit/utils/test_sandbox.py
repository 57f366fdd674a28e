"""A confined process can use what it has, and reach nothing else."""

import os
import socket
import subprocess
import sys
import textwrap

import pytest

from stress.harness import REPOSITORY
from utils.sandbox import LANDLOCK, SECCOMP, available

PREPARE = """
import array, ctypes, ctypes.util, json, mmap, os, resource, signal, socket, subprocess, sys, threading, time, zlib
from utils.sandbox import confine
"""


def run(code, *arguments, env=None, pass_fds=()):
    """What `code` prints after it was confined."""
    program = PREPARE + "mechanisms = confine()\n" + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        env=env,
        pass_fds=pass_fds,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def mechanisms():
    found = run("print(' '.join(mechanisms))").split()
    if not found:
        pytest.skip("this kernel has neither seccomp nor Landlock")
    return found


def test_the_active_mechanisms_are_named(mechanisms):
    assert set(mechanisms) <= {SECCOMP, LANDLOCK}
    assert set(available()) == set(mechanisms)


ATTEMPTS = {
    "a socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "a Unix socket": "socket.socket(socket.AF_UNIX)",
    "a file": "open(sys.argv[1]).read()",
    "a new file": "open(sys.argv[1] + '.new', 'w')",
    "the environment of its parent": "open(f'/proc/{os.getppid()}/environ').read()",
    "its own environment": "open('/proc/self/environ').read()",
    "an open file of its parent": "open(f'/proc/{os.getppid()}/fd/0').read()",
    "a program": "os.execv('/bin/true', ['true'])",
    "a process": "os.fork()",
    "a signal": "os.kill(os.getppid(), 0)",
    "a folder": "os.mkdir(sys.argv[1] + '.d')",
    "deleting": "os.unlink(sys.argv[1])",
    "a limit of its parent": "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (9, 9))",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_it_cannot_reach(mechanisms, tmp_path, attempt):
    other = tmp_path / "other upload"
    other.write_text("secret")
    if SECCOMP not in mechanisms:
        pytest.skip("only Landlock: files alone are protected")
    code = f"""
    try:
        {attempt}
    except OSError as error:
        print(type(error).__name__)
    else:
        print("succeeded")
    """
    assert run(code, other) == "PermissionError"
    assert other.read_text() == "secret"


def test_it_cannot_read_the_memory_of_another_process(mechanisms):
    code = """
    libc = ctypes.CDLL(None, use_errno=True)
    print(libc.ptrace(16, os.getppid(), 0, 0), os.strerror(ctypes.get_errno()))
    """
    assert run(code) == f"-1 {os.strerror(1)}"


def test_it_can_use_its_descriptors_memory_and_threads(mechanisms, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(b"content" * 1000)
    one, other = socket.socketpair()
    with one, other, open(path, "rb") as file:
        code = """
        fd, channel = int(sys.argv[1]), int(sys.argv[2])
        data = mmap.mmap(fd, 0, access=mmap.ACCESS_READ)[:7] + os.read(fd, 3)
        found = []
        thread = threading.Thread(target=lambda: found.append(zlib.compress(bytes(10_000_000))))
        thread.start(); thread.join()
        resource.setrlimit(resource.RLIMIT_AS, (1 << 32, 1 << 32))
        time.sleep(0.001)
        os.write(channel, data)
        print(len(found))
        """
        assert run(code, file.fileno(), one.fileno(), pass_fds=(file.fileno(), one.fileno())) == "1"
        assert other.recv(100) == b"contentcon"


def test_the_filter_allows_no_system_call_that_is_unknown(mechanisms):
    code = "print(ctypes.CDLL(None, use_errno=True).syscall(10_000), ctypes.get_errno())"
    assert run(code).startswith("-1 ")
