"""Language codes, and the recogniser for each of them.

The codes are PaddleOCR's (``ch``, ``japan``, ``korean``, ``rs_latin``, ...). ISO 639-1 codes and English names
(``zh``, ``ja``, ``german``) are accepted as aliases.
"""

from .errors import UnsupportedLanguage
from .letters import missing_letters

#: Language code -> script group. The languages of a group share a recogniser.
SCRIPT_GROUPS: dict[str, str] = {
    code: group
    for group, codes in {
        **{code: code for code in ("ch", "chinese_cht", "en", "japan", "korean", "th", "el", "te", "ta", "ka")},
        "latin": "af bs ca cs cy da de es et eu fi fr ga gl hr hu id is it ku la lb lt lv mi ms mt nl no oc pl "
        "pt qu rm ro rs_latin sk sl sq sv sw tl tr uz",
        "arabic": "ar bal fa ps sd ug ur",
        "eslav": "be ru uk",
        "cyrillic": "abq ady ava ba bg bua che cv dar inh kaa kbd kk kv ky lbe lez mhr mk mn mo os rs_cyrillic sah tab "
        "tg tt tyv udm xal",
        "devanagari": "ang bgc bh bho gom hi mah mai mr ne new sa sck",
    }.items()
    for code in codes.split()
}

ALIASES: dict[str, str] = {
    alias: code
    for code, aliases in {
        "ch": "zh zh_cn zh_hans chinese",
        "chinese_cht": "zh_tw zh_hk zh_hant",
        "japan": "ja japanese",
        "korean": "ko",
        "en": "english",
        "fr": "french",
        "de": "german",
        "es": "spanish",
        "it": "italian",
        "pt": "portuguese",
        "nl": "dutch",
        "pl": "polish",
        "ru": "russian",
        "uk": "ukrainian",
        "ar": "arabic",
        "hi": "hindi",
        "ta": "tamil",
        "te": "telugu",
        "th": "thai",
        "el": "greek",
        "ka": "kn kannada",  # PaddleOCR's code for Kannada is ``ka``
        "no": "nb nn",
        "tl": "fil",
        "rs_cyrillic": "sr sr_cyrl",
        "rs_latin": "sr_latn",
    }.items()
    for alias in aliases.split()
}

#: Languages with frequent letters that no recogniser knows: they would be read as other letters, with high confidence.
UNREADABLE = {"az": "Azerbaijani", "pi": "Pali", "vi": "Vietnamese"}

# Script groups that the recogniser of a family supports; longest prefix first. Source: PaddleOCR's documentation of the
# models; for PP-OCRv6_tiny its dictionary, which contains no kana.
_FAMILY_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("PP-OCRv6_tiny", frozenset({"ch", "chinese_cht", "en", "latin"})),
    ("PP-OCRv6", frozenset({"ch", "chinese_cht", "en", "japan", "latin"})),
    ("PP-OCRv5", frozenset({"ch", "chinese_cht", "en", "japan"})),
    ("PP-OCR", frozenset({"ch", "en"})),
)
_SMALL = "PP-OCRv6_small_rec"


def canonical_code(lang: str) -> str:
    """Return PaddleOCR's code for a code or alias in any case, with ``-`` or ``_`` (``zh-Hant`` -> ``chinese_cht``).

    Raises UnsupportedLanguage for an unknown code and for an unreadable language.
    """
    code = lang.strip().lower().replace("-", "_")
    code = ALIASES.get(code, code)
    if code in UNREADABLE:
        raise UnsupportedLanguage(f"{UNREADABLE[code]} is not supported: no recogniser knows all of its letters.")
    if code not in SCRIPT_GROUPS:
        raise UnsupportedLanguage(
            f"Unknown language {lang[:40]!r}. Use a code such as en, de, fr, ch, japan, korean, ru, ar or hi. "
            "The capabilities list all codes under 'languages'."
        )
    return code


def knows_less(recogniser: str, other: str, lang: str) -> bool:
    """Return whether a recogniser lacks letters of a language (a canonical code) that another one knows."""
    return not set(missing_letters(lang, recogniser)) <= set(missing_letters(lang, other))


def recogniser_for(lang: str, family: str) -> str:
    """Return the name of the official recogniser for ``lang`` (a canonical code) in a model family.

    That is the family's own recogniser if it supports the language and knows its letters, otherwise the mobile
    recogniser of its script.
    """
    group = SCRIPT_GROUPS[lang]
    family_groups = next(groups for prefix, groups in _FAMILY_GROUPS if family.startswith(prefix))
    own = f"{family}_rec"
    if group in family_groups and not knows_less(own, _SMALL, lang):
        return own
    if group in family_groups or group in ("ch", "chinese_cht", "japan"):
        return _SMALL  # since PP-OCRv5 there are no separate recognisers for these
    return "ka_PP-OCRv3_mobile_rec" if group == "ka" else f"{group}_PP-OCRv5_mobile_rec"
