"""Language codes, and the recogniser for each of them.

The codes are PaddleOCR's (``ch``, ``japan``, ``korean``, ``rs_latin``, ...). ISO 639-1 codes and English names
(``zh``, ``ja``, ``german``) are accepted as aliases.
"""

from .errors import UnsupportedLanguage

#: Language code -> script group. The languages of a group share a recogniser.
SCRIPT_GROUPS: dict[str, str] = {
    code: group
    for group, codes in {
        **{code: code for code in ("ch", "chinese_cht", "en", "japan", "korean", "th", "el", "te", "ta", "ka")},
        "latin": "af az bs ca cs cy da de es et eu fi fr ga gl hr hu id is it ku la lb lt lv mi ms mt nl no oc pi pl "
        "pt qu rm ro rs_latin sk sl sq sv sw tl tr uz vi",
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

# Script groups that the recogniser of a family supports; longest prefix first. Source: PaddleOCR's documentation of the
# models; for PP-OCRv6_tiny its dictionary, which contains no kana.
_FAMILY_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("PP-OCRv6_tiny", frozenset({"ch", "chinese_cht", "en", "latin"})),
    ("PP-OCRv6", frozenset({"ch", "chinese_cht", "en", "japan", "latin"})),
    ("PP-OCRv5", frozenset({"ch", "chinese_cht", "en", "japan"})),
    ("PP-OCR", frozenset({"ch", "en"})),
)
_NOT_IN_V6 = frozenset({"pi"})


def canonical_code(lang: str) -> str:
    """Return PaddleOCR's code for a code or alias in any case, with ``-`` or ``_`` (``zh-Hant`` -> ``chinese_cht``).

    Raises UnsupportedLanguage for an unknown code.
    """
    code = lang.strip().lower().replace("-", "_")
    code = ALIASES.get(code, code)
    if code not in SCRIPT_GROUPS:
        raise UnsupportedLanguage(
            f"Unknown language {lang[:40]!r}. Use a code such as en, de, fr, ch, japan, korean, ru, ar or hi. "
            "The capabilities list all codes under 'languages'."
        )
    return code


def recogniser_for(lang: str, family: str) -> str:
    """Return the name of the official recogniser for ``lang`` (a canonical code) in a model family.

    That is the family's own recogniser if it supports the language, otherwise the mobile recogniser of its script.
    """
    group = SCRIPT_GROUPS[lang]
    family_groups = next(groups for prefix, groups in _FAMILY_GROUPS if family.startswith(prefix))
    if group in family_groups and not (lang in _NOT_IN_V6 and family.startswith("PP-OCRv6")):
        return f"{family}_rec"
    if group in ("ch", "chinese_cht", "japan"):  # since PP-OCRv5 there are no separate recognisers for these
        return "PP-OCRv6_small_rec"
    return "ka_PP-OCRv3_mobile_rec" if group == "ka" else f"{group}_PP-OCRv5_mobile_rec"
