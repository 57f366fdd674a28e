"""Tesseract's language data: which file reads a language, and where it is installed.

Web processes look up language data, so nothing heavy is imported here.
"""

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..environment import tessdata_prefix
from ..language_names import TESSERACT_NAMES
from ..languages import SCRIPT_GROUPS

#: Before the name of language data, where recognisers are listed.
TESSERACT = "tesseract/"
SUFFIX = ".traineddata"
#: Where Debian's packages and other distributions install language data.
SYSTEM_FOLDERS = (
    Path("/usr/share/tesseract-ocr/5/tessdata"),
    Path("/usr/share/tesseract-ocr/4.00/tessdata"),
    Path("/usr/share/tessdata"),
    Path("/usr/local/share/tessdata"),
)
#: Data for all languages of a script, used if a language has no data of its own. Named as Debian's files.
_SCRIPT_DATA = {
    "latin": "Latin",
    "arabic": "Arabic",
    "eslav": "Cyrillic",
    "cyrillic": "Cyrillic",
    "devanagari": "Devanagari",
    "lao": "Lao",
}
#: Languages that the data of their script reads better: Tatar's own data reads nothing (95 % wrong characters on drawn
#: pages, 1 % with that of the script), Lao's has 10 % (5 %).
_SCRIPT_FIRST = frozenset({"tt", "lo"})


#: Names of Debian's packages of script data: ISO 15924, as used there.
_SCRIPT_PACKAGES = {"Latin": "latn", "Arabic": "arab", "Cyrillic": "cyrl", "Devanagari": "deva", "Lao": "laoo"}


@dataclass(frozen=True)
class LanguageData:
    """One installed file. name: Tesseract's, such as ``hin``."""

    name: str
    folder: Path

    @property
    def model_name(self) -> str:
        """As in ``engine.models``: ``tesseract/hin``."""
        return f"{TESSERACT}{self.name}"

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}{SUFFIX}"


def data_names(lang: str) -> tuple[str, ...]:
    """Return the names of the data that read a language (a canonical code), the best one first."""
    own = TESSERACT_NAMES.get(lang)
    script = _SCRIPT_DATA.get(SCRIPT_GROUPS[lang])
    return tuple(filter(None, (script, own) if lang in _SCRIPT_FIRST else (own, script)))


def debian_package(name: str) -> str:
    """Return the Debian package of language data: ``tesseract-ocr-hin`` for ``hin``."""
    script = _SCRIPT_PACKAGES.get(name)
    return f"tesseract-ocr-script-{script}" if script else f"tesseract-ocr-{name.replace('_', '-')}"


def data_folders(model_dir: Path | None, cache_dir: Path) -> list[Path]:
    """Return the folders that may contain language data, those of the operator first."""
    folders = [model_dir / "tessdata"] if model_dir else []
    if prefix := tessdata_prefix():
        folders += [prefix, prefix / "tessdata"]
    return [*folders, cache_dir / "tessdata", *SYSTEM_FOLDERS]


def find_language_data(lang: str, folders: Iterable[Path]) -> LanguageData | None:
    """Return the installed data for a language (a canonical code), None if there is none or Tesseract is missing."""
    if not is_tesseract_installed():
        return None
    folders = list(folders)
    candidates = (LanguageData(name, folder) for name in data_names(lang) for folder in folders)
    return next((data for data in candidates if data.path.is_file()), None)


@cache
def is_tesseract_installed() -> bool:
    return importlib.util.find_spec("tesserocr") is not None
