"""The inspector with its real child processes: their limits and their life cycle."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from services.errors import CorruptFile, EmptyFile, ServiceUnavailable, TooManyPixels
from services.inspection import FileFacts, InspectionLimits, Inspector
from services.inspection.process import InspectionProcess
from stress.harness import wait_until
from tests.support import hostile
from tests.support.drawing import saved

LIMITS = InspectionLimits(max_pixels=400_000_000, max_pages=100)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_other_children():
    """Services of earlier test modules may still have children in this process."""
    wait_until(lambda: kill_children() or not children(), what="the end of earlier children")


@pytest.fixture
def make():
    """Creates inspectors and closes them after the test."""
    inspectors = []

    def create(limits=LIMITS, **options):
        inspectors.append(Inspector(limits, **options))
        return inspectors[-1]

    yield create
    for inspector in inspectors:
        inspector.close()


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(saved(hostile.noise(123, 45), format="PNG"))
    return path


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory):
    """Takes about ten seconds to inspect."""
    path = tmp_path_factory.mktemp("slow") / "file"
    path.write_bytes(hostile.slow_jpeg(12_000_000))
    return path


def children(of: int | None = None) -> list[psutil.Process]:
    """Live inspection children of this process, or of another one."""
    return [child for child in psutil.Process(of).children() if _inspects(child)]


def _inspects(process: psutil.Process) -> bool:
    try:
        return "services.inspection.child" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def is_busy(child: psutil.Process) -> bool:
    """Whether it is working on a file, and not waiting for the next one."""
    return child.status() == psutil.STATUS_RUNNING


def kill_children() -> None:
    for child in children():
        with suppress(psutil.NoSuchProcess):
            child.kill()


def test_child_returns_the_facts(make, picture):
    assert make().inspect(picture) == FileFacts("image", "image/png", 1, 123, 45)


def test_relative_path_refers_to_the_folder_of_the_caller(make, picture, monkeypatch):
    monkeypatch.chdir(picture.parent)
    assert make().inspect(picture.name).width == 123


def test_error_keeps_its_class_message_and_cause(make, picture):
    with pytest.raises(TooManyPixels, match="5,535 pixels. The limit is 5,000 pixels") as caught:
        make(InspectionLimits(5000, 1)).inspect(picture)
    assert "DecompressionBombError" in str(caught.value.__cause__)


def test_missing_file_is_not_reported_as_a_client_error(make, tmp_path):
    with pytest.raises(FileNotFoundError):
        make().inspect(tmp_path / "missing")


def test_no_process_is_started_for_an_empty_file(make, tmp_path):
    inspector = make()
    (tmp_path / "empty").touch()
    with pytest.raises(EmptyFile):
        inspector.inspect(tmp_path / "empty")
    assert children() == []


def test_one_child_serves_several_calls_and_is_then_replaced(make, picture):
    inspector = make(calls_per_child=3)
    pids = []
    for _ in range(7):
        inspector.inspect(picture)
        pids.append([child.pid for child in children()])
    first, second = pids[0], pids[3]
    assert pids[:2] == [first] * 2
    assert pids[2] == []
    assert pids[3:5] == [second] * 2
    assert first != second


def test_child_over_its_time_limit_is_killed_and_the_file_rejected(make, picture, slow_file, monkeypatch):
    inspector = make()
    inspector.inspect(picture)
    with monkeypatch.context() as patch:
        patch.setattr(inspector, "seconds", 0.5)  # only here: on a busy machine any file may take that long
        with pytest.raises(CorruptFile, match="could not be read safely"):
            inspector.inspect(slow_file)
    assert children() == []
    assert inspector.inspect(picture).width == 123


def test_file_over_the_memory_limit_is_rejected(make, picture, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(saved(Image.new("L", (6_700, 6_700)), format="GIF"))
    assert make(seconds=60).inspect(path).width == 6_700
    inspector = make(memory_mb=220, max_file_bytes=0, seconds=60)
    with pytest.raises(CorruptFile, match="could not be read safely"):
        inspector.inspect(path)
    assert inspector.inspect(picture).width == 123


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_file_that_crashes_a_new_child_is_rejected(make, picture, monkeypatch, number):
    inspector = make()
    request = InspectionProcess.request

    def request_after_crash(self, *arguments):
        children()[0].send_signal(number)
        return request(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(InspectionProcess, "request", request_after_crash)
        with pytest.raises(CorruptFile, match="could not be read safely"):
            inspector.inspect(picture)
    assert children() == []
    assert inspector.inspect(picture).width == 123


def test_file_is_inspected_again_if_a_used_child_crashes(make, picture):
    inspector = make()
    inspector.inspect(picture)
    children()[0].kill()
    assert inspector.inspect(picture).width == 123


def test_each_thread_gets_the_facts_of_its_own_file(make, tmp_path):
    inspector = make(children=3)
    paths = []
    for width in range(100, 140):
        paths.append(tmp_path / str(width))
        paths[-1].write_bytes(saved(Image.new("L", (width, 10)), format="PNG"))
    with ThreadPoolExecutor(12) as pool:
        widths = list(pool.map(lambda path: inspector.inspect(path).width, paths * 3))
    assert widths == list(range(100, 140)) * 3
    assert 1 <= len(children()) <= 3


def test_slow_file_does_not_delay_others(make, picture, slow_file):
    inspector = make(seconds=60, children=2)
    inspector.inspect(picture)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(inspector.inspect, slow_file)
        wait_until(lambda: any(map(is_busy, children())), what="the inspection of the slow file")
        inspector.inspect(picture)
        assert not slow.done()
        # Ends the test before the file is read. A file is tried again once, with a new child.
        wait_until(lambda: slow.done() or kill_children(), what="the end of its children")
        assert isinstance(slow.exception(), (CorruptFile, ServiceUnavailable))


def test_idle_spare_children_are_killed(make, picture, monkeypatch):
    inspector = make(children=3)
    barrier = threading.Barrier(3)

    def inspect(_):
        barrier.wait()
        return inspector.inspect(picture)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(inspect, range(3)))
    assert len(children()) > 1
    monkeypatch.setattr("services.inspection.inspector._SPARE_SECONDS", 0)
    inspector.inspect(picture)
    assert len(children()) == 1


def test_ctrl_c_in_a_terminal_does_not_reach_the_children(make, picture):
    make().inspect(picture)
    assert os.getsid(children()[0].pid) != os.getsid(0)


def test_close_kills_the_children(make, picture):
    inspector = make()
    inspector.inspect(picture)
    inspector.close()
    assert children() == []


@pytest.mark.parametrize(("name", "value"), [("_ROOT", Path("/")), ("START_SECONDS", 0)])
def test_service_is_unavailable_if_no_child_gets_ready(make, picture, monkeypatch, name, value):
    monkeypatch.setattr(f"services.confined.process.{name}", value)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with pytest.raises(ServiceUnavailable):
        make().inspect(picture)
    assert children() == []


def test_service_is_unavailable_if_no_child_can_be_started(make, picture, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(ServiceUnavailable):
        make().inspect(picture)


def test_forked_process_starts_its_own_children(make, picture):
    inspector = make()
    inspector.inspect(picture)
    own = children()[0].pid
    reader, writer = os.pipe()
    forked = os.fork()
    if forked == 0:
        try:
            inspector.inspect(picture)
            os.write(writer, b"%d" % children()[0].pid)
            inspector.close()
        finally:
            os._exit(0)
    os.waitpid(forked, 0)
    assert int(os.read(reader, 20)) != own
    assert inspector.inspect(picture).width == 123
    assert [child.pid for child in children()] == [own]


PARENT = textwrap.dedent(
    """
    import sys
    from services.inspection import Inspector, InspectionLimits
    inspector = Inspector(InspectionLimits(400_000_000, 100), seconds=60)
    inspector.inspect(sys.argv[1])
    print(*[name for name in ("PIL", "pymupdf", "numpy", "multiprocessing") if name in sys.modules], flush=True)
    if sys.argv[2:]:
        print("busy", flush=True)
        inspector.inspect(sys.argv[2])
    sys.stdin.read()
    """
)


def start_parent(*files: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, *map(str, files)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # A shell that starts the tests in the background makes them, and their children, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_child_ends_with_its_parent(picture, slow_file, busy, number):
    with start_parent(picture, *[slow_file] * busy) as parent:
        parent.stdout.readline()
        if busy:
            parent.stdout.readline()
        (child,) = children(parent.pid)
        wait_until(lambda: is_busy(child) == busy, what="the inspection of the slow file")
        parent.send_signal(number)
        parent.wait()
        wait_until(lambda: not _inspects(child), seconds=5)


def test_parent_imports_no_library_that_parses_documents(picture):
    with start_parent(picture) as parent:
        assert parent.stdout.readline().strip() == b""
        assert psutil.Process(parent.pid).memory_info().rss < 60 * 2**20
        parent.stdin.close()
