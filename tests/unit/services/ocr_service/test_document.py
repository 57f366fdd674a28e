"""Reading pages with an engine, and translation of its errors."""

from dataclasses import replace

import numpy as np
import pytest

from paddleocr_service import EngineInfo, NullEngine, UnreadableImage
from paddleocr_service.errors import ModelNotAvailable, RuntimeNotAvailable, UnsupportedLanguage
from services.errors import CorruptFile, ModelUnavailable, ServiceUnavailable, UnknownLanguage
from services.ocr_service.document import OCRService
from services.ocr_service.options import DocumentOptions

OPTIONS = DocumentOptions(lang="en", dpi=300)
PIXELS = np.zeros((10, 10, 3), np.uint8)
OTHER = EngineInfo("PaddleOCR", "onnxruntime", ("model",))
ENGINE = EngineInfo("PaddleOCR", "openvino", ("model",))


class Failing(NullEngine):
    def __init__(self, error):
        self.error = error

    def recognize(self, image, options=None):
        raise self.error


@pytest.mark.parametrize(
    ("engine_error", "translated", "retryable"),
    [
        (ModelNotAvailable("m"), ModelUnavailable, False),
        (UnsupportedLanguage("l"), UnknownLanguage, False),
        (UnreadableImage("i"), CorruptFile, False),
        (RuntimeNotAvailable("r"), ServiceUnavailable, True),
    ],
)
def test_engine_errors_are_translated(engine_error, translated, retryable):
    with pytest.raises(translated) as caught:
        OCRService(Failing(engine_error), 1000).read(PIXELS, OPTIONS)
    assert (caught.value.message, caught.value.retryable) == (engine_error.message, retryable)


def test_the_reported_engine_is_the_one_that_read():
    class FallsBack(NullEngine):
        def info(self, lang=None):
            return ENGINE

        def recognize(self, image, options=None):
            return replace(super().recognize(image, options), engine=OTHER)

    service = OCRService(FallsBack(), 1000)
    assert service.engine_of(OPTIONS) == ENGINE
    service.read(PIXELS, OPTIONS)
    assert service.engine_of(OPTIONS) == OTHER
