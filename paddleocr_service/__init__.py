"""OCR as a library: an image in, lines of text with polygons and confidences out; and a catalogue of models.

This package imports no other package of this project and knows nothing about HTTP, queues or Redis. The OCR libraries
(paddleocr, paddlex, onnxruntime, openvino, cv2, numpy) are imported inside functions, or by modules that are imported
inside functions, so that a process that only queries the catalogue does not load them.

    from paddleocr_service import OCREngine
    page = OCREngine().recognize("receipt.jpg")
    print(page.text)

    from paddleocr_service import convert
    convert("scan.pdf", "searchable.pdf", format="pdf")
"""

from .catalogue import Catalogue, Model, ModelSet
from .documents import convert, read_document
from .engine import OCREngine
from .errors import (
    EngineError,
    ExtensionMissing,
    ModelNotAvailable,
    RuntimeNotAvailable,
    UnreadableDocument,
    UnreadableImage,
    UnsupportedLanguage,
)
from .null_engine import NullEngine
from .polygons import Point, Polygon
from .results import BLOCK_KINDS, Block, Cell, EngineInfo, Line, Recognition, RecognizeOptions, Word

__all__ = [
    "BLOCK_KINDS", "Block", "Catalogue", "Cell", "EngineError", "EngineInfo", "ExtensionMissing", "Line", "Model",
    "ModelNotAvailable", "ModelSet", "NullEngine", "OCREngine", "Point", "Polygon", "Recognition", "RecognizeOptions",
    "RuntimeNotAvailable", "UnreadableDocument", "UnreadableImage", "UnsupportedLanguage", "Word", "convert",
    "read_document",
]  # fmt: skip
