"""Languages: the codes we take, and the script group whose recogniser reads each of them.

The codes are PaddleOCR's own (``ch``, ``japan``, ``korean``, ``rs_latin``, ...), so its users find what they know.
Beside them stand the ISO 639-1 codes and names that people write instead (``zh``, ``ja``, ``german``).
"""

from __future__ import annotations

from .errors import UnsupportedLanguage

_LATIN = (
    "af az bs ca cs cy da de es et eu fi fr ga gl hr hu id is it ku la lb lt lv mi ms mt nl no oc pi pl pt qu rm ro "
    "rs_latin sk sl sq sv sw tl tr uz vi"
)
_ARABIC = "ar bal fa ps sd ug ur"
_EAST_SLAVIC = "be ru uk"
_CYRILLIC = (
    "abq ady ava ba bg bua che cv dar inh kaa kbd kk kv ky lbe lez mhr mk mn mo os rs_cyrillic sah tab tg tt tyv udm "
    "xal"
)
_DEVANAGARI = "ang bgc bh bho gom hi mah mai mr ne new sa sck"

GROUP_OF: dict[str, str] = {
    **{code: code for code in ("ch", "chinese_cht", "en", "japan", "korean", "th", "el", "te", "ta", "ka")},
    **dict.fromkeys(_LATIN.split(), "latin"),
    **dict.fromkeys(_ARABIC.split(), "arabic"),
    **dict.fromkeys(_EAST_SLAVIC.split(), "eslav"),
    **dict.fromkeys(_CYRILLIC.split(), "cyrillic"),
    **dict.fromkeys(_DEVANAGARI.split(), "devanagari"),
}
"""Language code -> script group. Languages of one group share a recogniser."""

ALIASES: dict[str, str] = {
    "zh": "ch",
    "zh_cn": "ch",
    "zh_hans": "ch",
    "chinese": "ch",
    "zh_tw": "chinese_cht",
    "zh_hk": "chinese_cht",
    "zh_hant": "chinese_cht",
    "ja": "japan",
    "japanese": "japan",
    "ko": "korean",
    "english": "en",
    "french": "fr",
    "german": "de",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "polish": "pl",
    "russian": "ru",
    "ukrainian": "uk",
    "arabic": "ar",
    "hindi": "hi",
    "tamil": "ta",
    "telugu": "te",
    "thai": "th",
    "greek": "el",
    "kn": "ka",  # PaddleOCR calls Kannada ``ka``
    "kannada": "ka",
    "nb": "no",
    "nn": "no",
    "fil": "tl",
    "sr": "rs_cyrillic",
    "sr_cyrl": "rs_cyrillic",
    "sr_latn": "rs_latin",
}

# Which script groups the main recogniser of a family reads; longest prefix first. Source: PaddleOCR's documentation of
# each model, and for PP-OCRv6_tiny its dictionary, which holds no kana.
_FAMILY_GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("PP-OCRv6_tiny", frozenset({"ch", "chinese_cht", "en", "latin"})),
    ("PP-OCRv6", frozenset({"ch", "chinese_cht", "en", "japan", "latin"})),
    ("PP-OCRv5", frozenset({"ch", "chinese_cht", "en", "japan"})),
    ("PP-OCR", frozenset({"ch", "en"})),
)
_NOT_IN_V6 = frozenset({"pi"})


def canonical(lang: str) -> str:
    """The engine's own code for a code or alias, any case, with ``-`` or ``_`` (``zh-Hant`` -> ``chinese_cht``).

    Raises UnsupportedLanguage for a code that nobody knows.
    """
    code = lang.strip().lower().replace("-", "_")
    code = ALIASES.get(code, code)
    if code not in GROUP_OF:
        raise UnsupportedLanguage(
            f"Unknown language {lang[:40]!r}. Use a code such as en, de, fr, ch, japan, korean, ru, ar or hi; "
            "the full list is under 'languages' of the capabilities."
        )
    return code


def recogniser_for(lang: str, family: str) -> str:
    """Name of the official recogniser that reads ``lang`` (a canonical code) beside a family's detector.

    The family's own recogniser where it reads the language, else the small one made for its script.
    """
    group = GROUP_OF[lang]
    own_groups = next(groups for prefix, groups in _FAMILY_GROUPS if family.startswith(prefix))
    if group in own_groups and not (lang in _NOT_IN_V6 and family.startswith("PP-OCRv6")):
        return f"{family}_rec"
    if group in ("ch", "chinese_cht", "japan"):  # no recogniser of their own in PP-OCRv5 and later
        return "PP-OCRv6_small_rec"
    return "ka_PP-OCRv3_mobile_rec" if group == "ka" else f"{group}_PP-OCRv5_mobile_rec"
