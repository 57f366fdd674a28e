"""The inspector with its real child processes: what they may cost, and what becomes of them."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image

from services.errors import CorruptFile, EmptyFile, ServiceUnavailable, TooManyPixels
from services.inspection import FileFacts, InspectionLimits, Inspector, child_process
from tests.support import hostile
from tests.support.drawing import saved

LIMITS = InspectionLimits(max_pixels=400_000_000, max_pages=100)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def make():
    """Makes inspectors and closes them."""
    made = []

    def inspector(limits=LIMITS, **options):
        made.append(Inspector(limits, **options))
        return made[-1]

    yield inspector
    for each in made:
        each.close()


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture"
    path.write_bytes(saved(hostile.noise(123, 45), format="PNG"))
    return path


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory):
    """Takes about ten seconds to follow."""
    path = tmp_path_factory.mktemp("slow") / "file"
    path.write_bytes(hostile.endless_jpeg(12_000_000))
    return path


def children(of: int | None = None) -> list[psutil.Process]:
    """Inspection children of this process, or of another, that are alive."""
    return [child for child in psutil.Process(of).children() if _inspects(child)]


def _inspects(process: psutil.Process) -> bool:
    try:
        return "services.inspection.child" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def wait_for(condition, seconds: float = 10):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found


def test_facts_come_back_from_a_child(make, picture):
    assert make().inspect(picture) == FileFacts("image", "image/png", 1, 123, 45)


def test_a_relative_path_means_the_callers_folder(make, picture, monkeypatch):
    monkeypatch.chdir(picture.parent)
    assert make().inspect(picture.name).width == 123


def test_an_error_crosses_with_its_code_its_message_and_its_cause(make, picture):
    with pytest.raises(TooManyPixels, match="5,535 pixels; at most 5,000") as caught:
        make(InspectionLimits(5000, 1)).inspect(picture)
    assert "DecompressionBombError" in str(caught.value.__cause__)


def test_a_file_that_is_not_there_is_no_fault_of_the_client(make, tmp_path):
    with pytest.raises(FileNotFoundError):
        make().inspect(tmp_path / "nothing")


def test_no_process_is_started_before_it_is_needed(make, tmp_path):
    inspector = make()
    (tmp_path / "empty").touch()
    with pytest.raises(EmptyFile):
        inspector.inspect(tmp_path / "empty")
    assert children() == []


def test_one_child_serves_call_after_call_and_is_replaced_in_time(make, picture):
    inspector = make(calls_per_child=3)
    seen = []
    for _ in range(7):
        inspector.inspect(picture)
        seen.append([child.pid for child in children()])
    first, second = seen[0], seen[3]
    assert seen[:2] == [first] * 2
    assert seen[2] == []
    assert seen[3:5] == [second] * 2
    assert first != second


def test_a_child_past_its_time_is_killed_and_the_file_refused(make, picture, slow_file):
    inspector = make(seconds=0.5)
    inspector.inspect(picture)
    started = time.monotonic()
    with pytest.raises(CorruptFile, match="could not be read safely"):
        inspector.inspect(slow_file)
    assert time.monotonic() - started < 3
    assert children() == []
    assert inspector.inspect(picture).width == 123


def test_a_child_past_its_memory_is_given_up_and_the_file_refused(make, picture, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(saved(Image.new("L", (19_000, 19_000)), format="GIF"))
    assert make(memory_mb=1536).inspect(path).width == 19_000
    inspector = make(memory_mb=256)
    with pytest.raises(CorruptFile, match="could not be read safely"):
        inspector.inspect(path)
    assert inspector.inspect(picture).width == 123


@pytest.mark.parametrize("deadly", [signal.SIGSEGV, signal.SIGKILL])
def test_a_fresh_child_that_crashes_blames_the_file(make, picture, monkeypatch, deadly):
    inspector = make()
    ask = child_process.InspectionProcess.ask
    with monkeypatch.context() as patch:
        patch.setattr(
            child_process.InspectionProcess,
            "ask",
            lambda self, *rest: children()[0].send_signal(deadly) or ask(self, *rest),
        )
        with pytest.raises(CorruptFile, match="could not be read safely"):
            inspector.inspect(picture)
    assert children() == []
    assert inspector.inspect(picture).width == 123


def test_a_used_child_that_crashes_does_not_blame_the_next_file(make, picture):
    inspector = make()
    inspector.inspect(picture)
    children()[0].kill()
    assert inspector.inspect(picture).width == 123


def test_many_threads_each_get_the_answer_to_their_own_file(make, tmp_path):
    inspector = make(children=3)
    paths = []
    for width in range(100, 140):
        paths.append(tmp_path / str(width))
        paths[-1].write_bytes(saved(Image.new("L", (width, 10)), format="PNG"))
    with ThreadPoolExecutor(12) as pool:
        widths = list(pool.map(lambda path: inspector.inspect(path).width, paths * 3))
    assert widths == list(range(100, 140)) * 3
    assert 1 <= len(children()) <= 3


def test_a_slow_file_does_not_hold_up_the_others(make, picture, slow_file):
    inspector = make(seconds=3, children=2)
    inspector.inspect(picture)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(inspector.inspect, slow_file)
        time.sleep(0.2)
        started = time.monotonic()
        inspector.inspect(picture)
        assert time.monotonic() - started < 2
        assert not slow.done()
        with pytest.raises(CorruptFile):
            slow.result()


def test_spare_children_are_let_go_once_they_are_idle(make, picture, monkeypatch):
    inspector = make(children=3)
    together = threading.Barrier(3)

    def inspect(_):
        together.wait()
        return inspector.inspect(picture)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(inspect, range(3)))
    assert len(children()) > 1
    monkeypatch.setattr("services.inspection.inspector._SPARE_SECONDS", 0)
    inspector.inspect(picture)
    assert len(children()) == 1


def test_a_ctrl_c_in_the_terminal_does_not_reach_the_children(make, picture):
    make().inspect(picture)
    assert os.getsid(children()[0].pid) != os.getsid(0)


def test_closing_ends_the_children(make, picture):
    inspector = make()
    inspector.inspect(picture)
    inspector.close()
    assert children() == []


@pytest.mark.parametrize(("name", "value"), [("_ROOT", Path("/")), ("_START_SECONDS", 0)])
def test_without_a_child_the_service_is_unavailable_not_the_file_corrupt(make, picture, monkeypatch, name, value):
    monkeypatch.setattr(child_process, name, value)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with pytest.raises(ServiceUnavailable):
        make().inspect(picture)
    assert children() == []


def test_where_no_process_can_be_started_the_service_is_unavailable(make, picture, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(ServiceUnavailable):
        make().inspect(picture)


def test_after_a_fork_the_new_process_has_children_of_its_own(make, picture):
    inspector = make()
    inspector.inspect(picture)
    mine = children()[0].pid
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
    assert int(os.read(reader, 20)) != mine
    assert inspector.inspect(picture).width == 123
    assert [child.pid for child in children()] == [mine]


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
        # A shell that started the tests in the background had them ignore Ctrl-C, and they would pass that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_child_does_not_outlive_its_parent(picture, slow_file, busy, how):
    with start_parent(picture, *[slow_file] * busy) as parent:
        parent.stdout.readline()
        if busy:
            parent.stdout.readline()
            time.sleep(0.3)
        (child,) = children(parent.pid)
        parent.send_signal(how)
        parent.wait()
        wait_for(lambda: not _inspects(child), seconds=2)


def test_the_parent_loads_no_library_that_parses_documents(picture):
    with start_parent(picture) as parent:
        assert parent.stdout.readline().strip() == b""
        assert psutil.Process(parent.pid).memory_info().rss < 60 * 2**20
        parent.stdin.close()
