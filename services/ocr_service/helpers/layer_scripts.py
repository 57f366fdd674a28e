"""Which scripts the recogniser of a language reads, and which of them a text layer uses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from paddleocr_service.languages import AUTO, SCRIPT_GROUPS, canonical_codes
from services.ocr_service.helpers.layer_language import script_of

#: Scripts, as `script_of` names them, of the groups of languages that share a recogniser. All read Latin letters.
_SCRIPTS = {
    "ch": {"CJK"},
    "chinese_cht": {"CJK"},
    "japan": {"CJK"},
    "korean": {"CJK"},
    "arabic": {"ARABIC"},
    "eslav": {"CYRILLIC"},
    "cyrillic": {"CYRILLIC"},
    "devanagari": {"DEVANAGARI"},
    "th": {"THAI"},
    "el": {"GREEK"},
    "te": {"TELUGU"},
    "ta": {"TAMIL"},
    "ka": {"KANNADA"},
}
#: Letters of these are used in formulas of all languages.
_SYMBOLS = frozenset({"GREEK", "MICRO", "DOUBLE-STRUCK", "SCRIPT", "MATHEMATICAL", "FEMININE", "MASCULINE", "MODIFIER"})
#: Three Greek letters are a word, and no formula.
_GREEK_WORD = re.compile("[\u0370-\u03ff\u1f00-\u1fff]{3,}")
#: A layer with a smaller share of such letters is in a script that can be read.
_MIN_SHARE = 0.2


def unreadable_script(texts: Iterable[str], lang: str) -> str:
    """The script of a text if the recogniser of `lang` cannot read it, with a capital letter. Otherwise empty.

    lang: a language code or alias.
    """
    codes = canonical_codes(lang)
    if codes == (AUTO,):
        return ""
    groups = {SCRIPT_GROUPS[code] for code in codes}  # most groups of one language are named after their script
    own = set[str]().union(*(_SCRIPTS.get(group, {group.upper()}) for group in groups))
    readable = {"", "LATIN", *_SYMBOLS, *own}
    texts = list(texts)
    letters = [script for text in texts for char in text if (script := script_of(char))]
    unreadable = [script for script in letters if script not in readable]
    if "GREEK" not in own:
        unreadable += ["GREEK"] * sum(len(word) for text in texts for word in _GREEK_WORD.findall(text))
    if len(unreadable) <= _MIN_SHARE * len(letters):
        return ""
    return max(set(unreadable), key=unreadable.count).capitalize()
