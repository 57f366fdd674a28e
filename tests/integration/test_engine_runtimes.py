"""The real engine on each runtime: same text, limited threads, limited memory, calls from several threads."""

import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.metrics import character_error_rate
from paddleocr_service import ModelNotAvailable, OCREngine, RecognizeOptions, UnsupportedLanguage, pipeline
from paddleocr_service.line_crops import crop_lines
from paddleocr_service.runtimes import default_threads
from tests.support.engine import PROSE, blank_page, draw_lines, run_in_subprocess

RUNTIMES = ["onnxruntime", "openvino"]


@pytest.fixture(scope="module")
def image():
    image, draw = blank_page(1700, 420)
    draw_lines(draw, list(PROSE[:4]), 40, 40, 32)
    return image


@pytest.fixture(scope="module", params=RUNTIMES)
def engine(request):
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    return OCREngine(runtime=request.param, threads=1)


def test_text_is_recognised(engine, image):
    page = engine.recognize(image)
    assert character_error_rate("\n".join(PROSE[:4]), page.text) < 0.01
    assert page.engine.runtime == engine.catalogue.runtime
    assert page.engine.models == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec", "PP-OCRv6_tiny_rec")


def test_duration_of_each_stage_is_reported(engine, image):
    started = time.perf_counter()
    seconds = engine.recognize(image).seconds
    assert seconds.keys() == {"detect", "recognise"}
    assert min(seconds.values()) > 0
    assert sum(seconds.values()) < time.perf_counter() - started


def test_concurrent_calls_return_the_same_text(engine, image):
    images = [image.crop((0, 0, 1700, 120)), image.crop((0, 80, 1700, 160)), image.resize((850, 210))]
    expected = [engine.recognize(image).text for image in images]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda image: engine.recognize(image).text, images * 3)) == expected * 3


def test_number_of_threads_does_not_change_the_lines(image):
    pytest.importorskip("openvino")
    one, three = (OCREngine(runtime="openvino", threads=threads) for threads in (1, 3))
    for words in (False, True):
        expected = one.recognize(image, RecognizeOptions(words=words)).lines
        for _ in range(5):
            assert three.recognize(image, RecognizeOptions(words=words)).lines == expected


def test_tiny_model_recognises_text(image):
    page = OCREngine(model="PP-OCRv6_tiny").recognize(image)
    assert character_error_rate("\n".join(PROSE[:4]), page.text) < 0.05
    assert page.engine.models == ("PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec")


def test_languages_share_models_and_unavailable_ones_raise(engine, image, missing_language):
    for lang in ("en", "german"):
        engine.recognize(image, RecognizeOptions(lang=lang))
    assert {"de", "en"} <= set(engine.loaded_languages)
    with pytest.raises(ModelNotAvailable):
        engine.recognize(image, RecognizeOptions(lang=missing_language))
    with pytest.raises(UnsupportedLanguage):
        engine.recognize(image, RecognizeOptions(lang="xx"))
    assert missing_language not in engine.loaded_languages


def test_auto_falls_back_to_onnx_runtime_if_openvino_fails(monkeypatch, image):
    real_pipeline = pipeline.Pipeline

    def failing_pipeline(*args, runtime, **options):
        if runtime == "openvino":
            raise RuntimeError("illegal instruction")
        return real_pipeline(*args, runtime=runtime, **options)

    monkeypatch.setattr("paddleocr_service.runtimes._suits_openvino", lambda: True)
    monkeypatch.setattr(pipeline, "Pipeline", failing_pipeline)
    assert OCREngine(runtime="auto").recognize(image).engine.runtime == "onnxruntime"


@pytest.mark.skipif(default_threads() < 2, reason="this machine has one core")
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_threads_option_limits_the_threads(runtime):
    code = f"""
import psutil
from paddleocr_service import OCREngine
engine = OCREngine(runtime={runtime!r}, threads=THREADS)
engine.warm_up()
found["threads"] = psutil.Process().num_threads()
"""
    one, two = (run_in_subprocess(code.replace("THREADS", str(n)))["threads"] for n in (1, 2))
    assert two > one


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("runtime", "max_difference_mb"), [("openvino", 30), ("onnxruntime", 60)])
def test_memory_does_not_depend_on_the_last_page(runtime, max_difference_mb):
    code = f"""
import psutil
from paddleocr_service import OCREngine
from tests.support.engine import PROSE, blank_page, draw_lines
large, draw = blank_page(2480, 3508)
draw_lines(draw, list(PROSE) * 6, 200, 200, 36)
card, draw = blank_page(600, 300)
draw_lines(draw, ["Forty barrels", "of salted herring"], 40, 40, 40)
engine = OCREngine(runtime={runtime!r}, threads=1)
engine.warm_up()
def memory_after(image):
    engine.recognize(image)
    return psutil.Process().memory_info().rss // 2**20
for image in (large, card, large):
    memory_after(image)
found["large"], found["card"] = memory_after(large), memory_after(card)
found["peak"] = int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))) // 1024
"""
    found = run_in_subprocess(code)
    assert found["peak"] < 700
    assert abs(found["large"] - found["card"]) < max_difference_mb


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_image_is_released_after_the_call(monkeypatch, runtime):
    references = []

    def crop(image, polygons):
        references.append(weakref.ref(image))  # upright lines are views of it
        return crop_lines(image, polygons)

    monkeypatch.setattr("paddleocr_service.large_lines.crop_lines", crop)
    image, draw = blank_page(900, 300)
    draw_lines(draw, list(PROSE[:2]), 20, 20, 18)
    OCREngine(runtime=runtime, threads=1).recognize(image)
    assert references
    assert not [reference for reference in references if reference() is not None]


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_engine_works_after_interruptions_at_any_moment(runtime):
    code = f"""
import random, signal, time
from paddleocr_service import OCREngine
from tests.support.engine import PROSE, blank_page, draw_lines
class TimeIsUp(Exception): pass
def interrupt(*_): raise TimeIsUp
signal.signal(signal.SIGALRM, interrupt)
image, draw = blank_page(900, 700)
draw_lines(draw, list(PROSE), 20, 20, 18)
engine = OCREngine(runtime={runtime!r}, threads=2)
text = engine.recognize(image).text
def measure():
    started = time.perf_counter()
    engine.recognize(image)
    return time.perf_counter() - started
seconds, rng = min(measure() for _ in range(4)), random.Random(5)  # the least: a pause makes one of them long
for _ in range(20):
    try:
        signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.001, seconds))
        engine.recognize(image)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except TimeIsUp:
        found["interruptions"] = found.get("interruptions", 0) + 1
found["same_text"] = engine.recognize(image).text == text
"""
    found = run_in_subprocess(code)
    assert found["same_text"] and found["interruptions"] > 5


@pytest.mark.skipif(sys.platform != "linux", reason="the signal stack is specific to Linux")
def test_signal_after_unloading_pipelines_does_not_kill_the_process():
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
    assert run_in_subprocess(code)["alarm"]
