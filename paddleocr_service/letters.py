"""The letters of languages in Latin script, and those that a recogniser does not know.

A recogniser has one class for each character of its dictionary. It reads any other character as a similar one, with
high confidence: PP-OCRv6 reads `¡` as `i`.
"""

import re
from dataclasses import replace

from .results import Line

#: Letters and signs beyond ASCII, in lower case. Source: the main exemplar characters of the Unicode CLDR, with the
#: accented letters of common loan words. A test compares them with the dictionaries of the models.
LETTERS: dict[str, str] = {
    "af": "áäéèêëíîïóôöúûüý", "br": "ñùê", "bs": "čćđšž", "ca": "àçéèíïóòúü·", "ceb": "ñ", "co": "àèìòùï",
    "cs": "áčďéěíňóřšťúůýž", "eo": "ĉĝĥĵŝŭ", "fo": "áæðíóøúý", "fy": "âäéêëïôöúûü", "gd": "àèìòù", "ht": "èòà",
    "jv": "éè", "su": "é", "to": "áéíóúāēīōū",
    "cy": "áàâäéèêëíìîïóòôöúùûüẃẁŵẅýỳŷÿ", "da": "æøåé", "de": "äöüß", "en": "", "es": "áéíñóúü¿¡", "et": "äõöüšž",
    "eu": "ñç", "fi": "åäöšž", "fr": "àâæçéèêëîïôœùûüÿ«»", "ga": "áéíóú", "gl": "áéíñóúü¿¡", "hr": "čćđšž",
    "hu": "áéíóöőúüű", "id": "é", "is": "áðéíóúýþæö", "it": "àéèìóòù", "ku": "çêîşû", "la": "āēīōūæœ", "lb": "äéë",
    "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "mi": "āēīōū", "ms": "", "mt": "ċġħżàèìòù", "nl": "áéëíïóöú",
    "no": "æøåéèêóòô", "oc": "áàçéèíïóòúü", "pl": "ąćęłńóśźż", "pt": "áâãàçéêíóôõú", "qu": "ñ", "rm": "àéèìòù",
    "ro": "ăâîșț", "rs_latin": "čćđšž", "sk": "áäčďéíĺľňóôŕšťúýž", "sl": "čšž", "sq": "çë", "sv": "åäöé", "sw": "",
    "tl": "ñ", "tr": "çğıöşüâîûİ", "uz": "‘’",
}  # fmt: skip

#: Letters that the recogniser of a language does not know, by the family of the recogniser and the language. PP-OCRv6
#: has ŵ and ŷ in its dictionary, but never reads them.
_MISSING: dict[str, dict[str, str]] = {
    "PP-OCRv6_tiny": {"cy": "ŴŵŶŷẀẁẂẃẄẅỲỳ", "es": "¡", "gl": "¡", "ro": "ȘșȚț"},
    "PP-OCRv6": {"cy": "ŴŵŶŷẀẁẂẃẄẅỲỳ", "es": "¡", "gl": "¡"},
    # From the dictionary in PaddleOCR's repository: this model is not bundled.
    "latin_PP-OCRv5": {
        "cy": "ŴŵŶŷẀẁẂẃẄẅỲỳ", "la": "ĀāĒēĪī", "lv": "ĀāĒēĢģĪīĶķĻļŅņ", "mi": "ĀāĒēĪīŌ", "mt": "ĊċĠġĦħ", "ro": "ĂăȘșȚț",
    },
}  # fmt: skip
#: What PP-OCRv6 reads in place of an inverted exclamation mark before a capital letter. Product names also begin like
#: this.
_READ_AS_INVERTED_MARK = re.compile(r"(?<!\w)i(?!(?:Phone|Pad|Pod|OS|Mac|Cloud|Tunes|Message)\b)(?=[^\W\d_a-zà-ÿ]\w)")
INVERTED_MARK = "¡"
#: A missing letter that is on a page only if another character is.
_COMPANIONS = {"¡": "!"}


def letters_of(lang: str) -> frozenset[str]:
    """The letters of a language (a canonical code) beyond ASCII, in both cases. Empty if they are not known."""
    small = LETTERS.get(lang, "")
    return frozenset(small) | {letter.upper() for letter in small if len(letter.upper()) == 1}


def missing_letters(lang: str, recogniser: str, text: str | None = None) -> str:
    """The letters of a language (a canonical code) that a recogniser, given by its official name, does not know.

    text: what was read; letters are left out that cannot have been on the page.
    """
    family = next((family for family in _MISSING if recogniser.startswith(family)), None)
    missing = _MISSING[family].get(lang, "") if family else ""
    return "".join(letter for letter in missing if text is None or _COMPANIONS.get(letter, "") in text)


def restore_letters(line: Line, lang: str) -> Line:
    """The line with inverted exclamation marks where only they can have been: `iHola!` is `¡Hola!`.

    lang: a canonical code.
    """
    if "¡" not in LETTERS.get(lang, ""):
        return line
    words = tuple(replace(word, text=_with_inverted_marks(word.text)) for word in line.words)
    return replace(line, text=_with_inverted_marks(line.text), words=words)


def _with_inverted_marks(text: str) -> str:
    return _READ_AS_INVERTED_MARK.sub("¡", text)
