"""OCR as a library: a picture in, lines of text with polygons and confidences out; and the catalogue of models.

Law of this folder: it imports nothing of ours outside itself, and knows nothing of web, queue or Redis. The libraries
that do the reading (paddleocr, paddlex, onnxruntime, openvino, cv2, numpy) are imported inside functions, so that a
process that only asks the catalogue never pays for them.

    from paddleocr_service import OCREngine
    page = OCREngine().recognize("receipt.jpg")
    print(page.text)
"""

from .catalogue import Catalogue, Model, ModelSet
from .engine import OCREngine
from .errors import EngineError, ModelNotAvailable, RuntimeNotAvailable, UnreadableImage, UnsupportedLanguage
from .null_engine import NullEngine
from .results import Block, EngineInfo, Line, Point, Polygon, Recognition, RecognizeOptions, Word

__all__ = [
    "Block",
    "Catalogue",
    "EngineError",
    "EngineInfo",
    "Line",
    "Model",
    "ModelNotAvailable",
    "ModelSet",
    "NullEngine",
    "OCREngine",
    "Point",
    "Polygon",
    "Recognition",
    "RecognizeOptions",
    "RuntimeNotAvailable",
    "UnreadableImage",
    "UnsupportedLanguage",
    "Word",
]
