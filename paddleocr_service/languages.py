"""Language codes, and the PP-OCR recogniser for each of them.

The codes are PaddleOCR's (``ch``, ``japan``, ``korean``, ``rs_latin``, ...). ISO 639 codes, BCP 47 tags, Tesseract's
names and English names (``zh``, ``jpn``, ``zh-Hant-TW``, ``chi_sim``, ``german``) are accepted as aliases.
"""

import re
from collections.abc import Iterable

from .errors import UnsupportedLanguage
from .language_names import aliases
from .letters import missing_letters
from .scripts import LATIN, script_of

#: Language code -> script group. The languages of a group share a recogniser.
SCRIPT_GROUPS: dict[str, str] = {
    code: group
    for group, codes in {
        **{code: code for code in ("ch", "chinese_cht", "en", "japan", "korean", "th", "el", "te", "ta", "ka")},
        "latin": "af bs ca cs cy da de es et eu fi fr ga gl hr hu id is it ku la lb lt lv mi ms mt nl no oc pl "
        "pt qu rm ro rs_latin sk sl sq sv sw tl tr uz br ceb co eo fo fy gd ht jv su to",
        "arabic": "ar bal fa ps sd ug ur",
        "eslav": "be ru uk",
        "cyrillic": "abq ady ava ba bg bua che cv dar inh kaa kbd kk kv ky lbe lez mhr mk mn mo os rs_cyrillic sah tab "
        "tg tt tyv udm xal az_cyrl uz_cyrl",
        "devanagari": "ang bgc bh bho gom hi mah mai mr ne new sa sck",
        # No official PP-OCR model reads these scripts, or it would read some Latin letters of these languages as other
        # letters, with high confidence.
        "latin_other": "az vi yo",
        "bengali": "as bn",
        "ethiopic": "am ti",
        "hebrew": "he yi",
        "tibetan": "bo dz",
        "gujarati": "gu",
        "gurmukhi": "pa",
        "oriya": "or",
        "malayalam": "ml",
        "sinhala": "si",
        "lao": "lo",
        "khmer": "km",
        "myanmar": "my",
        "georgian": "kat",
        "armenian": "hy",
        "syriac": "syr",
        "thaana": "dv",
        "cherokee": "chr",
        "canadian": "iu",
        "greek": "grc",
    }.items()
    for code in codes.split()
}

#: Scripts of the groups that are not named after theirs; names as in ``scripts.py``.
_SCRIPTS = {
    **dict.fromkeys(("ch", "chinese_cht", "japan"), ("cjk", "hiragana", "katakana")),
    "korean": ("hangul",),
    **dict.fromkeys(("en", "latin", "latin_other"), (LATIN,)),
    "eslav": ("cyrillic",),
    "th": ("thai",),
    "el": ("greek",),
    "te": ("telugu",),
    "ta": ("tamil",),
    "ka": ("kannada",),
}

_KANA = {"hiragana", "katakana"}

ALIASES: dict[str, str] = aliases()

#: Pali in Latin letters has dots below that no recogniser knows.
_UNREADABLE = {"pi": "Pali"}
#: Parts of a language tag that do not change the recogniser: script (4 letters) and region (2 letters or 3 digits).
_SUBTAG = re.compile(r"_([a-z]{4}|[a-z]{2}|\d{3})$")

# Script groups that the recogniser of a family supports; longest prefix first. Source: PaddleOCR's documentation of the
# models; for PP-OCRv6_tiny its dictionary, which contains no kana.
_FAMILY_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("PP-OCRv6_tiny", frozenset({"ch", "chinese_cht", "en", "latin"})),
    ("PP-OCRv6", frozenset({"ch", "chinese_cht", "en", "japan", "latin"})),
    ("PP-OCRv5", frozenset({"ch", "chinese_cht", "en", "japan"})),
    ("PP-OCR", frozenset({"ch", "en"})),
)
#: In place of a language: the languages of the page are detected.
AUTO = "auto"
#: The languages that ``auto`` reads: one for each script.
EACH_SCRIPT = (
    "en", "ch", "japan", "hi", "ar", "ru", "korean", "th", "el", "he", "ta", "te", "ka", "ml", "bn", "gu", "pa", "or",
    "si", "my", "km", "lo", "kat", "hy", "am",
)  # fmt: skip
MAX_LANGUAGES = 8
_SMALL = "PP-OCRv6_small_rec"
_WITHOUT_OFFICIAL_MODEL = frozenset({
    "latin_other", "bengali", "ethiopic", "hebrew", "tibetan", "gujarati", "gurmukhi", "oriya", "malayalam", "sinhala",
    "lao", "khmer", "myanmar", "georgian", "armenian", "syriac", "thaana", "cherokee", "canadian", "greek",
})  # fmt: skip


def canonical_code(lang: str) -> str:
    """Return PaddleOCR's code for a code or alias in any case, with ``-`` or ``_`` (``zh-Hant`` -> ``chinese_cht``).

    Raises UnsupportedLanguage for an unknown code and for an unreadable language.
    """
    tag = lang.strip().lower().replace("-", "_")
    while True:
        code = ALIASES.get(tag, tag)
        if code in SCRIPT_GROUPS:
            return code
        if code in _UNREADABLE:
            raise UnsupportedLanguage(f"{_UNREADABLE[code]} is not supported: no recogniser knows all of its letters.")
        shorter = _SUBTAG.sub("", tag)
        if shorter == tag:
            break
        tag = shorter
    raise UnsupportedLanguage(
        f"Unknown language {lang[:40]!r}. Use a code such as en, de, fr, ch, japan, korean, ru, ar or hi. "
        "The capabilities list all codes under 'languages'."
    )


def canonical_codes(lang: str) -> tuple[str, ...]:
    """Return the codes of one or several languages: ``hi+eng`` -> ``("hi", "en")``, ``auto`` -> ``("auto",)``.

    A space separates languages as well: that is a ``+`` in a URL. Raises UnsupportedLanguage.
    """
    if lang.strip().lower() == AUTO:
        return (AUTO,)
    parts = re.split(r"\s*[+ ]\s*", lang.strip())
    if len(parts) > MAX_LANGUAGES:
        raise UnsupportedLanguage(f"At most {MAX_LANGUAGES} languages can be combined.")
    return tuple(dict.fromkeys(canonical_code(part) for part in parts))


def scripts_of(lang: str) -> tuple[str, ...]:
    """Return the scripts of a language (a canonical code), as ``script_of`` names them, the most specific one first."""
    group = SCRIPT_GROUPS[lang]
    return _SCRIPTS.get(group, (group,))


def languages_found(texts: Iterable[str], lang: str) -> str:
    """Return the languages that lines of text can be in, such as ``en+hi``.

    lang: the requested language or languages; with ``auto``, each script stands for one language.
    """
    codes = canonical_codes(lang)
    if len(codes) == 1 and codes != (AUTO,):
        return codes[0]
    codes = EACH_SCRIPT if codes == (AUTO,) else codes
    found = set(map(script_of, texts))
    used = [code for code in codes if found.intersection(scripts_of(code))]
    if {"ch", "japan"} <= set(used):  # most Japanese lines contain kana
        used.remove("ch" if found & _KANA else "japan")
    return "+".join(used) or codes[0]


def is_latin(lang: str) -> bool:
    """Return whether a language (a canonical code) is written in Latin letters."""
    return SCRIPT_GROUPS[lang] in ("en", "latin", "latin_other")


def knows_less(recogniser: str, other: str, lang: str) -> bool:
    """Return whether a recogniser lacks letters of a language (a canonical code) that another one knows."""
    return not set(missing_letters(lang, recogniser)) <= set(missing_letters(lang, other))


def recogniser_for(lang: str, family: str) -> str | None:
    """Return the name of the official recogniser for ``lang`` (a canonical code) in a model family.

    That is the family's own recogniser if it supports the language and knows its letters, otherwise the mobile
    recogniser of its script. None if no official recogniser reads the language.
    """
    group = SCRIPT_GROUPS[lang]
    if group in _WITHOUT_OFFICIAL_MODEL:
        return None
    family_groups = next(groups for prefix, groups in _FAMILY_GROUPS if family.startswith(prefix))
    own = f"{family}_rec"
    if group in family_groups and not knows_less(own, _SMALL, lang):
        return own
    if group in family_groups or group in ("ch", "chinese_cht", "japan"):
        return _SMALL  # since PP-OCRv5 there are no separate recognisers for these
    return "ka_PP-OCRv3_mobile_rec" if group == "ka" else f"{group}_PP-OCRv5_mobile_rec"
