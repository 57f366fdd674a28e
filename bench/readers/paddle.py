"""PaddleOCR's pipeline on ONNX Runtime with our weights and its default settings.

The auxiliary models are off, because PaddleOCR would download them.
"""

import os
from collections.abc import Callable


def create(threads: int, detector: list[str], recogniser: list[str], **_unused: object) -> Callable[[dict], str]:
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
