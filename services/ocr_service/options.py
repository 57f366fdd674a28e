"""Options that change how a document is read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from paddleocr_service.results import BLOCK_KINDS

#: What the kind of a block can be.
REGION_KINDS = BLOCK_KINDS
#: Options that earlier versions do not know, with their defaults.
_NEWER = {"extract": "", "mask": "", "outputs": "", "layout": "auto"}


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """The job options that change a result. They are part of the cache key (`wait` and `callback_url` are not).

    So is not `password`: it opens the file or not, which each job checks, and what is in the file is the same.
    """

    lang: str
    dpi: int
    pages: str = ""
    detail: str = "line"
    mode: str = "auto"
    orientation: str = "auto"
    #: Names of `services/extraction/options.py` in canonical form, or empty.
    extract: str = ""
    mask: str = ""
    #: Files to generate besides the result, such as `pdf`: names in alphabetical order, separated by commas.
    outputs: str = ""
    #: How the structure of a page is found: "auto", "geometry" or "off".
    layout: str = "auto"
    #: Opens an encrypted PDF. Never stored or shown with the other options.
    password: str = field(default="", repr=False)

    @property
    def words(self) -> bool:
        """Whether to find the places of words: for the result, for a generated file, or for areas to paint over."""
        return self.detail == "word" or bool(self.outputs or self.mask)

    @property
    def output_names(self) -> list[str]:
        return self.outputs.split(",") if self.outputs else []

    def dumps(self) -> str:
        """Canonical JSON without the password: equal options give equal text.

        Newer options are left out if they have their defaults, because workers of an earlier version read it, too.
        """
        used = {name: value for name, value in asdict(self).items() if value != _NEWER.get(name)}
        used.pop("password", None)
        return json.dumps(used, sort_keys=True)
