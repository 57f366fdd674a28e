"""Languages as other programs name them."""

from __future__ import annotations

import re

#: Codes of this service that are not BCP 47 language tags.
_TAGS = {"ch": "zh-Hans", "chinese_cht": "zh-Hant", "japan": "ja", "korean": "ko", "cyrillic": "", "latin": ""}
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def language_tag(lang: str) -> str:
    """The BCP 47 tag of a language of this service. Empty if it is unknown, or if there are several languages."""
    tag = _TAGS.get(lang, lang)
    return tag if _TAG.fullmatch(tag) else ""
