"""The real engine on each of its runtimes: the same text, bounded threads, bounded memory, calls from many threads."""

import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.metrics import character_error_rate
from paddleocr_service import ModelNotAvailable, OCREngine, RecognizeOptions, UnsupportedLanguage
from paddleocr_service import engine as engine_module
from paddleocr_service.cutting import cut_lines
from paddleocr_service.runtimes import default_threads
from tests.support.engine import PROSE, in_its_own_process, page, set_column

RUNTIMES = ["onnxruntime", "openvino"]


@pytest.fixture(scope="module")
def picture():
    image, draw = page(1700, 420)
    set_column(draw, list(PROSE[:4]), 40, 40, 32)
    return image


@pytest.fixture(scope="module", params=RUNTIMES)
def engine(request):
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    return OCREngine(runtime=request.param, threads=1)


def test_every_runtime_reads_the_text(engine, picture):
    found = engine.recognize(picture)
    assert character_error_rate("\n".join(PROSE[:4]), found.text) < 0.01
    assert found.engine.runtime == engine.catalogue.runtime
    assert found.engine.models == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec", "PP-OCRv6_tiny_rec")


def test_every_runtime_tells_how_long_its_stages_took(engine, picture):
    started = time.perf_counter()
    seconds = engine.recognize(picture).seconds
    assert seconds.keys() == {"detect", "recognise"}
    assert min(seconds.values()) > 0
    assert sum(seconds.values()) < time.perf_counter() - started


def test_calls_from_many_threads_take_turns(engine, picture):
    shapes = [picture.crop((0, 0, 1700, 120)), picture.crop((0, 80, 1700, 160)), picture.resize((850, 210))]
    alone = [engine.recognize(image).text for image in shapes]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda image: engine.recognize(image).text, shapes * 3)) == alone * 3


def test_lines_that_several_threads_read_are_those_that_one_reads(picture):
    pytest.importorskip("openvino")
    one, three = (OCREngine(runtime="openvino", threads=threads) for threads in (1, 3))
    for words in (False, True):
        alone = one.recognize(picture, RecognizeOptions(words=words)).lines
        for _ in range(5):
            assert three.recognize(picture, RecognizeOptions(words=words)).lines == alone


def test_the_tiny_model_reads_too(picture):
    found = OCREngine(model="PP-OCRv6_tiny").recognize(picture)
    assert character_error_rate("\n".join(PROSE[:4]), found.text) < 0.05
    assert found.engine.models == ("PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec")


def test_languages_of_one_model_share_it_and_others_are_refused(engine, picture):
    engine.recognize(picture, RecognizeOptions(lang="german"))
    assert {"de", "en"} <= set(engine.loaded_languages)
    with pytest.raises(ModelNotAvailable):
        engine.recognize(picture, RecognizeOptions(lang="ko"))
    with pytest.raises(UnsupportedLanguage):
        engine.recognize(picture, RecognizeOptions(lang="xx"))
    assert "korean" not in engine.loaded_languages


def test_auto_falls_back_to_onnx_runtime_where_openvino_does_not_work(monkeypatch, picture):
    real = engine_module.Pipeline

    def broken(*args, runtime, **rest):
        if runtime == "openvino":
            raise RuntimeError("illegal instruction")
        return real(*args, runtime=runtime, **rest)

    monkeypatch.setattr("paddleocr_service.runtimes._suits_openvino", lambda: True)
    monkeypatch.setattr(engine_module, "Pipeline", broken)
    assert OCREngine(runtime="auto").recognize(picture).engine.runtime == "onnxruntime"


@pytest.mark.skipif(default_threads() < 2, reason="this machine has one core")
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_threads_are_held_to_the_number_asked_for(runtime):
    code = f"""
import psutil
from paddleocr_service import OCREngine
engine = OCREngine(runtime={runtime!r}, threads=THREADS)
engine.warm_up()
found["threads"] = psutil.Process().num_threads()
"""
    one, two = (in_its_own_process(code.replace("THREADS", str(n)))["threads"] for n in (1, 2))
    assert two > one


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("runtime", "swing_mb"), [("openvino", 30), ("onnxruntime", 60)])
def test_what_a_process_holds_does_not_depend_on_the_page_that_it_read_last(runtime, swing_mb):
    code = f"""
import psutil
from paddleocr_service import OCREngine
from tests.support.engine import PROSE, page, set_column
large, draw = page(2480, 3508)
set_column(draw, list(PROSE) * 6, 200, 200, 36)
card, draw = page(600, 300)
set_column(draw, ["Forty barrels", "of salted herring"], 40, 40, 40)
engine = OCREngine(runtime={runtime!r}, threads=1)
engine.warm_up()
def read(image):
    engine.recognize(image)
    return psutil.Process().memory_info().rss // 2**20
for image in (large, card, large):
    read(image)
found["large"], found["card"] = read(large), read(card)
found["peak"] = int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))) // 1024
"""
    found = in_its_own_process(code)
    assert found["peak"] < 700
    assert abs(found["large"] - found["card"]) < swing_mb


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_page_is_not_kept_when_it_was_read(monkeypatch, runtime):
    kept = []

    def cut(picture, polygons):
        kept.append(weakref.ref(picture))  # lines that stand upright are views of it
        return cut_lines(picture, polygons)

    monkeypatch.setattr("paddleocr_service.pipeline.cut_lines", cut)
    image, draw = page(900, 300)
    set_column(draw, list(PROSE[:2]), 20, 20, 18)
    OCREngine(runtime=runtime, threads=1).recognize(image)
    assert kept
    assert not [picture for picture in kept if picture() is not None]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_time_limit_may_strike_at_any_moment(runtime):
    code = f"""
import random, signal, time
from paddleocr_service import OCREngine
from tests.support.engine import PROSE, page, set_column
class TimeIsUp(Exception): pass
def strike(*_): raise TimeIsUp
signal.signal(signal.SIGALRM, strike)
image, draw = page(900, 700)
set_column(draw, list(PROSE), 20, 20, 18)
engine = OCREngine(runtime={runtime!r}, threads=2)
text = engine.recognize(image).text
started = time.perf_counter()
engine.recognize(image)
seconds, moment = time.perf_counter() - started, random.Random(5)
for _ in range(20):
    try:
        signal.setitimer(signal.ITIMER_REAL, moment.uniform(0.001, seconds))
        engine.recognize(image)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except TimeIsUp:
        found["struck"] = found.get("struck", 0) + 1
found["the same"] = engine.recognize(image).text == text
"""
    found = in_its_own_process(code)
    assert found["the same"] and found["struck"] > 5


@pytest.mark.skipif(sys.platform != "linux", reason="Python handles signals on a stack of their own on Linux")
def test_a_signal_after_pipelines_came_and_went_does_not_kill_the_process():
    pytest.importorskip("openvino")
    code = """
import faulthandler, gc, signal, time
from paddleocr_service import OCREngine
faulthandler.enable()
for _ in range(2):
    engine = OCREngine(runtime="openvino", threads=1)
    engine.warm_up()
    del engine
    gc.collect()
signal.signal(signal.SIGALRM, lambda *_: found.update(alarm=True))
signal.setitimer(signal.ITIMER_REAL, 0.1)
time.sleep(0.5)
"""
    assert in_its_own_process(code)["alarm"]
