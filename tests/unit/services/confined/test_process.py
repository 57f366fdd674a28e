"""Code that runs inside a confined child reaches the file it was given, and nothing else."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from services.confined.channel import MAX_BYTES, Channel, ChannelClosed
from services.confined.process import ConfinedProcess
from services.confined.template import ConfinedTemplate
from services.errors import ServiceUnavailable
from stress.harness import wait_until
from utils.sandbox import SECCOMP

MEMORY = 512 << 20
SECRETS = {"SECRET_KEY": "s1", "API_KEYS": "s2", "ADMIN_TOKEN": "s3", "REDIS_URL": "redis://:s4@localhost"}


PROGRAM = "tests.support.confined_program"


@pytest.fixture(params=["started", "forked"])
def child(request, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    if request.param == "started":
        process = ConfinedProcess(PROGRAM, MEMORY).ready()
        yield process
        process.kill()
    else:
        template = ConfinedTemplate(PROGRAM)
        yield template.fork(MEMORY, 0).ready()
        template.close()


@pytest.fixture
def template():
    template = ConfinedTemplate(PROGRAM)
    yield template
    template.close()


def run(child, code, *files):
    child.channel.send({"code": code}, files=files)
    return child.channel.receive(time.monotonic() + 20).data["result"]


def attempt(child, code):
    if SECCOMP not in child.mechanisms:
        pytest.skip("this kernel has no seccomp")
    return run(child, code)


def test_it_cannot_open_a_socket(child):
    assert attempt(child, "socket.socket()") == "PermissionError"


def test_it_cannot_connect_to_a_unix_socket(child, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "redis.sock"))
        server.listen()
        code = "socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect({!r})"
        assert attempt(child, code.format(str(tmp_path / "redis.sock"))) == "PermissionError"


def test_it_cannot_reuse_its_connection_for_another_address(child):
    code = "socket.socket(fileno=os.dup(channel.socket.fileno())).connect('/tmp/other')"
    assert attempt(child, code) == "PermissionError"


def test_it_cannot_read_another_upload(child, tmp_path):
    other = tmp_path / "other"
    other.write_text("secret")
    assert attempt(child, f"open({str(other)!r}).read()") == "PermissionError"


@pytest.mark.parametrize("path", ["/proc/self/environ", "/proc/{parent}/environ", "/proc/{parent}/mem"])
def test_it_cannot_read_an_environment_or_memory(child, path):
    assert attempt(child, f"open({path.format(parent=os.getpid())!r}, 'rb').read(9)") == "PermissionError"


def test_it_has_the_variables_it_is_given():
    variables = {"PYTHONPATH": "/given"}
    started, template = ConfinedProcess(PROGRAM, MEMORY, variables), ConfinedTemplate(PROGRAM, variables)
    children = started.ready(), template.fork(MEMORY, 0).ready()
    assert [run(child, "os.environ['PYTHONPATH']") for child in children] == [repr("/given")] * 2
    started.kill()
    template.close()


def test_it_has_no_secret_in_its_environment(child):
    environment = run(child, "dict(os.environ)") + Path(f"/proc/{child.pid}/environ").read_text()
    assert not any(name in environment or value in environment for name, value in SECRETS.items())


@pytest.fixture
def inherited(tmp_path):
    with open(tmp_path / "inherited", "w") as file:
        os.set_inheritable(file.fileno(), True)
        yield file


def test_it_has_no_descriptors_but_its_own(inherited, child):
    assert len(eval(run(child, "[fd for fd in range(3, 1024) if ctypes.CDLL(None).fcntl(fd, 1) >= 0]"))) == 1


def test_it_reads_the_file_it_is_given(child, tmp_path):
    (tmp_path / "upload").write_text("content")
    with open(tmp_path / "upload") as file:
        assert run(child, "os.pread(file[0], 100, 0)", file.fileno()) == "b'content'"


def test_it_cannot_write_to_the_file_it_is_given(child, tmp_path):
    (tmp_path / "upload").write_text("content")
    with open(tmp_path / "upload") as file:
        assert run(child, "os.write(file[0], b'x')", file.fileno()) == "OSError"


def test_its_memory_is_limited(child):
    assert run(child, f"len(bytes({MEMORY}))") == "MemoryError"


def test_it_can_start_threads(child):
    assert run(child, "[t := threading.Thread(target=print), t.start(), t.join()][1:]") == "[None, None]"


def test_its_end_closes_the_channel(child):
    child.channel.send({"code": "sys.exit()"})
    with pytest.raises(ChannelClosed):
        child.channel.receive(time.monotonic() + 20)


def test_silence_is_a_timeout(child):
    with pytest.raises(TimeoutError):
        child.channel.receive(time.monotonic() + 0.1)


def test_a_program_that_does_not_start_makes_the_service_unavailable():
    with pytest.raises(ServiceUnavailable):
        ConfinedProcess("no.such.module", MEMORY).ready()


def test_children_of_a_template_follow_each_other(template):
    pids = []
    for _ in range(3):
        child = template.fork(MEMORY, 0).ready()
        pids.append(child.pid)
        assert run(child, "os.getpid()") == str(child.pid)
        assert child.kill() == -signal.SIGKILL
        assert not psutil.pid_exists(child.pid), "nothing is left of it"
    assert len(set(pids)) == 3


def test_a_template_reports_how_its_child_has_ended(template):
    child = template.fork(MEMORY, 0).ready()
    child.channel.send({"code": "os._exit(3)"})
    with pytest.raises(ChannelClosed):
        child.channel.receive(time.monotonic() + 20)
    wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE, 5, "the end of the child")
    assert child.kill() == 3


def test_a_child_ends_with_its_template(template):
    child = psutil.Process(template.fork(MEMORY, 0).ready().pid)
    child.parent().kill()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5, "the end of the child")


def test_a_template_and_its_child_end_with_the_parent():
    code = (
        "from services.confined.template import ConfinedTemplate\n"
        f"template = ConfinedTemplate({PROGRAM!r})\n"
        f"print(template.fork({MEMORY}, 0).ready().pid, flush=True)\n"
        "input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child = psutil.Process(int(parent.stdout.readline()))
    processes = [child, child.parent()]
    parent.kill()
    parent.communicate()
    for process in processes:
        wait_until(lambda p=process: not p.is_running() or p.status() == psutil.STATUS_ZOMBIE, 5, "the end of both")


def test_a_template_that_has_ended_makes_the_service_unavailable(template):
    child = template.fork(MEMORY, 0).ready()
    psutil.Process(child.pid).parent().kill()
    with pytest.raises(ServiceUnavailable):
        child.kill()
    with pytest.raises(ServiceUnavailable):
        template.fork(MEMORY, 0).ready()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x01",
        b"\x05\0\0\0\0\0\0\0wrong",
        b"\x02\0\0\0\0\0\0\0[]",
        b"\xff" * 8,
        (MAX_BYTES + 1).to_bytes(4, "little") + bytes(4),
        b"\xa0\x86\x01\0\0\0\0\0" + b"[" * 100_000,
    ],
    ids=["nothing", "half a size", "no JSON", "a list", "huge", "too large", "nested"],
)
def test_what_is_not_a_message_closes_the_channel(raw):
    one, other = socket.socketpair()
    with one, other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        other.sendall(raw)
        other.shutdown(socket.SHUT_WR)
        with pytest.raises(ChannelClosed):
            Channel(one).receive(time.monotonic() + 5)


def test_messages_of_any_size_arrive_whole():
    one, other = socket.socketpair()
    with one, other:
        sent = {"text": "x" * 3_000_000}
        thread = threading.Thread(target=lambda: Channel(other).send(sent, b"y" * 2_000_000))
        thread.start()
        message = Channel(one).receive(time.monotonic() + 20)
        thread.join()
    assert (message.data, message.attachment) == (sent, b"y" * 2_000_000)


def test_the_limit_of_a_message_holds_for_a_slow_sender():
    one, other = socket.socketpair()
    with one, other:
        other.sendall(b"\x05\0\0\0")
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            Channel(one).receive(started + 0.2)
        assert time.monotonic() - started < 2
