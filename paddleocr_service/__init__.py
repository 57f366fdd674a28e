"""OCR as a library: an image in, lines of text with polygons and confidences out; and a catalogue of models.

This package imports no other package of this project and knows nothing about HTTP, queues or Redis. The OCR libraries
(paddleocr, paddlex, onnxruntime, openvino, cv2, numpy) are imported inside functions, or by modules that are imported
inside functions, so that a process that only queries the catalogue does not load them.

    from paddleocr_service import OCREngine
    page = OCREngine().recognize("receipt.jpg")
    print(page.text)
"""

from .catalogue import Catalogue, Model, ModelSet
from .engine import OCREngine
from .errors import EngineError, ModelNotAvailable, RuntimeNotAvailable, UnreadableImage, UnsupportedLanguage
from .null_engine import NullEngine
from .polygons import Point, Polygon
from .results import BLOCK_KINDS, Block, Cell, EngineInfo, Line, Recognition, RecognizeOptions, Word

__all__ = [
    "BLOCK_KINDS", "Block", "Catalogue", "Cell", "EngineError", "EngineInfo", "Line", "Model", "ModelNotAvailable",
    "ModelSet", "NullEngine", "OCREngine", "Point", "Polygon", "Recognition", "RecognizeOptions", "RuntimeNotAvailable",
    "UnreadableImage", "UnsupportedLanguage", "Word",
]  # fmt: skip
