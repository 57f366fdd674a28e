"""The characters that a language uses, to exclude all others from recognition.

PP-OCRv6 chooses among 18,708 characters for every eighth pixel of a line. Languages in Latin script need about 600 of
them, and no Chinese or Cyrillic look-alikes.
"""

from .languages import SCRIPT_GROUPS

LATIN = "latin"

# First and last code point of Unicode blocks.
_LATIN_RANGES = (
    (0x0020, 0x024F),  # Basic Latin, Latin-1 (accents, currency, degree, fractions), Latin Extended-A and -B
    (0x1E00, 0x1EFF),  # Latin Extended Additional: Vietnamese, Welsh
    (0x2010, 0x203A),  # dashes, quotes, dagger, bullet, ellipsis, per mille
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20CF),  # currencies
    (0x2153, 0x215E),  # fractions
)
_LATIN_SYMBOLS = frozenset("™℃℉№℮Ω←↑→↓↔−∙√∞≈≠≤≥∑∆■□▪▫●○★☆☐☑☒✓✔✗✘")


def alphabet_of(lang: str) -> str | None:
    """Return the name of the alphabet of a language (a canonical code), or None if all characters are needed."""
    return LATIN if SCRIPT_GROUPS[lang] in ("en", "latin") else None


def is_in_alphabet(character: str, alphabet: str) -> bool:
    """Return whether a character belongs to an alphabet. Raises ValueError for any alphabet except ``latin``."""
    if alphabet != LATIN:
        raise ValueError(f"unknown alphabet {alphabet!r}")
    if character in _LATIN_SYMBOLS:
        return True
    return len(character) == 1 and any(low <= ord(character) <= high for low, high in _LATIN_RANGES)
