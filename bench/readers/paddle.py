"""PaddleOCR's own pipeline on ONNX Runtime, over the weights that we use. All else is its default, but for the
auxiliary models, which would be downloaded."""

from __future__ import annotations

import os
from collections.abc import Callable


def make(threads: int, detector: list[str], recogniser: list[str], **_unused: object) -> Callable[[dict], str]:
    """detector, recogniser: model name and directory."""
    os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
    from paddleocr import PaddleOCR

    pipeline = PaddleOCR(
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": threads},
        text_detection_model_name=detector[0],
        text_detection_model_dir=detector[1],
        text_recognition_model_name=recogniser[0],
        text_recognition_model_dir=recogniser[1],
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
    )
    return lambda request: "\n".join(pipeline.predict(request["path"])[0]["rec_texts"])
