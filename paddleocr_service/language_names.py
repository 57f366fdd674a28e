"""Other names of the languages: ISO 639 codes, Tesseract's names, English names.

Canonical codes are PaddleOCR's (see ``languages.py``), ISO 639-1 where PaddleOCR has none, else ISO 639-3.
"""

import re

_TESSERACT_NAMES = """
    af:afr am:amh ar:ara as:asm az:aze az_cyrl:aze_cyrl be:bel bg:bul bn:ben bo:bod br:bre bs:bos ca:cat ceb:ceb
    ch:chi_sim chinese_cht:chi_tra chr:chr co:cos cs:ces cy:cym da:dan de:deu dv:div dz:dzo el:ell en:eng eo:epo es:spa
    et:est eu:eus fa:fas fi:fin fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg grc:grc gu:guj he:heb hi:hin hr:hrv ht:hat
    hu:hun hy:hye id:ind is:isl it:ita iu:iku japan:jpn jv:jav ka:kan kat:kat kk:kaz km:khm korean:kor ku:kmr ky:kir
    la:lat lb:ltz lo:lao lt:lit lv:lav mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya ne:nep nl:nld no:nor
    oc:oci or:ori pa:pan pl:pol ps:pus pt:por qu:que ro:ron rs_cyrillic:srp rs_latin:srp_latn ru:rus sa:san sd:snd
    si:sin sk:slk sl:slv sq:sqi su:sun sv:swe sw:swa syr:syr ta:tam te:tel tg:tgk th:tha ti:tir tl:fil to:ton tr:tur
    tt:tat ug:uig uk:ukr ur:urd uz:uzb uz_cyrl:uzb_cyrl vi:vie yi:yid yo:yor
"""
#: Canonical code -> name of Tesseract's data. It is the ISO 639-3 code of most languages.
TESSERACT_NAMES: dict[str, str] = dict(re.findall(r"(\w+):(\w+)", _TESSERACT_NAMES))

#: Canonical code -> further names, in lower case with ``_``: ISO 639-1 and 639-3 (639-2 if it differs), English.
_OTHER_NAMES: dict[str, str] = {
    "ar": "arb arabic", "az": "azj azerbaijani", "bg": "bulgarian", "bn": "bengali bangla", "bo": "tib", "bh": "bih",
    "ch": "zh zho chi cmn zh_cn zh_sg zh_hans chinese", "chinese_cht": "zh_tw zh_hk zh_mo zh_hant", "cs": "cze czech",
    "cy": "wel welsh", "da": "danish", "de": "ger german", "el": "gre greek", "en": "english", "es": "spanish",
    "et": "ekk estonian", "eu": "baq basque", "fa": "per pes persian farsi", "fi": "finnish", "fr": "fre french",
    "gu": "gujarati", "he": "iw hebrew", "hi": "hindi", "hr": "croatian", "hu": "hungarian", "hy": "arm armenian",
    "id": "in indonesian", "is": "ice icelandic", "it": "italian", "japan": "ja japanese", "jv": "jw javanese",
    # PaddleOCR's code for Kannada is ``ka``, ISO 639-1's for Georgian.
    "ka": "kn kannada", "kat": "geo georgian", "km": "khmer", "korean": "ko korean", "ku": "kur kurdish",
    "lo": "lao", "lt": "lithuanian", "lv": "lvs latvian", "mi": "mao maori", "mk": "mac macedonian",
    "ml": "malayalam", "mn": "khk mongolian", "mo": "mol", "mr": "marathi", "ms": "may zsm malay", "my": "bur burmese",
    "ne": "npi nepali", "nl": "dut dutch", "no": "nb nn nob nno norwegian", "or": "ory odia", "pa": "punjabi",
    "pi": "pli pali", "pl": "polish", "pt": "portuguese", "rm": "roh", "ro": "rum romanian",
    "rs_cyrillic": "sr sr_cyrl", "rs_latin": "sr_latn", "ru": "russian", "si": "sinhala", "sk": "slo slovak",
    "sl": "slovenian", "sq": "alb als albanian", "sv": "swedish", "sw": "swh swahili", "ta": "tamil", "te": "telugu",
    "th": "thai", "tl": "tgl fil filipino", "tr": "turkish", "uk": "ukrainian", "ur": "urdu", "uz": "uzn uzb_latn",
    "vi": "vietnamese", "yi": "ydd ji",
    # ISO 639-3 of languages without data of their own.
    "ava": "av", "ba": "bak", "cv": "chv", "kv": "kpv", "os": "oss", "bho": "bhojpuri", "mai": "maithili",
}  # fmt: skip


def aliases() -> dict[str, str]:
    """Return alias -> canonical code, for all names."""
    result = {name: code for code, name in TESSERACT_NAMES.items() if name != code}
    for code, names in _OTHER_NAMES.items():
        result |= dict.fromkeys(names.split(), code)
    return {alias: code for alias, code in result.items() if alias != code}
