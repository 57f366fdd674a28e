"""Which scripts the recogniser of a language reads, and which of them a text layer uses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from paddleocr_service.languages import AUTO, canonical_codes, scripts_of
from services.ocr_service.helpers.layer_language import script_of

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
    own = {script.upper() for code in codes for script in scripts_of(code)}
    if own & {"CJK", "HANGUL"}:
        own.add("CJK")  # `script_of` has this name for all scripts of Chinese, Japanese and Korean
    readable = {"", "LATIN", *_SYMBOLS, *own}
    texts = list(texts)
    letters = [script for text in texts for char in text if (script := script_of(char))]
    unreadable = [script for script in letters if script not in readable]
    if "GREEK" not in own:
        unreadable += ["GREEK"] * sum(len(word) for text in texts for word in _GREEK_WORD.findall(text))
    if len(unreadable) <= _MIN_SHARE * len(letters):
        return ""
    return max(set(unreadable), key=unreadable.count).capitalize()
