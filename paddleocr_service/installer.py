"""Download official models with PaddleX, and language data from a Debian mirror.

Nothing else in this package uses the network.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from .cache_dir import is_writable_directory
from .catalogue import Catalogue
from .environment import prepare_paddlex
from .errors import EngineError, ModelNotAvailable
from .languages import SCRIPT_GROUPS, canonical_code, recogniser_for
from .official_models import OFFICIAL_MODELS
from .recognisers.debian_packages import DebianMirror, DownloadFailed
from .recognisers.language_data import TESSERACT, data_names, debian_package

ALL = "all"


class InstallFailed(EngineError):
    """The model could not be downloaded. The message names an alternative."""

    code = "install_failed"


def install(name: str, runtime: str = "auto", cache_dir: str | os.PathLike[str] | None = None) -> str:
    """Download an official model in the format of ``runtime``. Return a message for the user.

    Raises InstallFailed, within seconds if no model hub can be reached, and RuntimeNotAvailable.
    """
    if name not in OFFICIAL_MODELS:
        raise InstallFailed(f"Unknown model {name!r}. The official models are: {', '.join(OFFICIAL_MODELS)}.")
    catalogue = Catalogue(runtime=runtime, cache_dir=cache_dir)
    if name in catalogue.installed():
        return f"{name} is already installed ({catalogue.format} format)."
    return f"{name} is installed in {_download(name, catalogue)}."


class LanguageInstaller:
    """Installs languages with what can be reached: the official model, otherwise Tesseract's data from Debian."""

    def __init__(self, catalogue: Catalogue, mirror: DebianMirror) -> None:
        self._catalogue = catalogue
        self._mirror = mirror
        self._has_hub = True  # until a download fails: the next one would fail as well, after several seconds

    def install(self, names: Sequence[str]) -> Iterator[str]:
        """Install languages, given as codes or aliases; ``all`` is every language. Yield a message for each.

        Raises UnsupportedLanguage, and InstallFailed for the first one that cannot be installed.
        """
        codes = [canonical_code(name) for name in names if name != ALL]
        if ALL in names:
            codes += sorted(code for code in SCRIPT_GROUPS if not self._installed(code))
        for code in dict.fromkeys(codes):
            yield self._install(code)

    def _install(self, code: str) -> str:
        if installed := self._installed(code):
            return f"{code} is already installed: {installed}."
        recogniser = recogniser_for(code, self._catalogue.family)
        if recogniser and self._has_hub and recogniser not in self._catalogue.installed():
            try:
                return f"{code} is installed: {recogniser} in {_download(recogniser, self._catalogue)}."
            except InstallFailed:
                self._has_hub = False
        return self._install_data(code)

    def _installed(self, code: str) -> str | None:
        """Return the name of the recogniser of a language; None if there is none, or only one for its whole script."""
        try:
            models = self._catalogue.resolve(code)
        except ModelNotAvailable:
            return None
        better = self._catalogue.better_for(code)
        if better and better.startswith(TESSERACT):
            return None
        for_script = models.language_data and models.language_data.name != data_names(code)[0]
        return None if for_script else models.names[-1]

    def _install_data(self, code: str) -> str:
        name = next(iter(data_names(code)), None)
        if name is None:
            raise InstallFailed(f"No model hub can be reached, and Tesseract has no data for the language {code!r}.")
        folder = tessdata_folder(self._catalogue)
        try:
            for file, content in self._mirror.language_data(debian_package(name)):
                _write(folder / file, content)
        except DownloadFailed as error:
            raise InstallFailed(
                f"The language {code!r} could not be downloaded: {error.message}. "
                f"On Debian and Ubuntu, install it with: apt install {debian_package(name)}"
            ) from error
        return f"{code} is installed: {name}.traineddata in {folder}."


def is_language(name: str) -> bool:
    """Return whether a name is ``all``, or anything but the name of a model."""
    return name == ALL or (name not in OFFICIAL_MODELS and "PP-OCR" not in name)


def tessdata_folder(catalogue: Catalogue) -> Path:
    """Return the folder for language data: in the model folder if it is writable, otherwise in the cache."""
    parents = [catalogue.model_dir] if catalogue.model_dir else []
    folders = [parent / "tessdata" for parent in [*parents, catalogue.cache_dir]]
    return next((folder for folder in folders if is_writable_directory(folder)), folders[-1])


def _write(path: Path, content: bytes) -> None:
    """Write a file at once, so that a running service never loads a part of it."""
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InstallFailed(f"{path.name} cannot be written: {error.strerror}.") from error


def _download(name: str, catalogue: Catalogue) -> str:
    """Download a model from a hub. Return its folder."""
    prepare_paddlex(catalogue.cache_dir, check_hubs=True)
    from paddlex.inference.utils.official_models import official_models

    logging.disable(logging.CRITICAL)  # the clients of the hubs log every attempt; the error below is enough
    try:
        return str(official_models.get_model_path(name, model_formats=(catalogue.format,)))
    except Exception as error:  # PaddleX raises plain Exception, the clients of the hubs raise errors of any type
        raise InstallFailed(
            f"{name} could not be downloaded: no model hub could be reached, or none of them has the model in "
            f"{catalogue.format} format. Connect to the internet and try again, or copy the model folder "
            f"(inference.yml and its weights) from another machine to OCR_MODEL_DIR/{name}."
        ) from error
    finally:
        logging.disable(logging.NOTSET)
