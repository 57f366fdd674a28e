"""Which characters the people who write a language use: the recogniser need not choose among the others.

PP-OCRv6 chooses among 18,708 characters for every eighth pixel of a line. Who reads English or another language in
Latin script wants some 600 of them, and never a Chinese or Cyrillic look-alike.
"""

from __future__ import annotations

from .languages import GROUP_OF

LATIN = "latin"

# Unicode blocks, first and last code point.
_LATIN_RANGES = (
    (0x0020, 0x024F),  # Basic Latin, Latin-1 (accents, currency, degree, fractions), Latin Extended-A and -B
    (0x1E00, 0x1EFF),  # Latin Extended Additional: Vietnamese, Welsh
    (0x2010, 0x203A),  # dashes, quotes, dagger, bullet, ellipsis, per mille
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20CF),  # currencies
    (0x2153, 0x215E),  # fractions
)
_LATIN_SIGNS = frozenset("™℃℉№℮Ω←↑→↓↔−∙√∞≈≠≤≥∑∆■□▪▫●○★☆☐☑☒✓✔✗✘")


def alphabet_of(lang: str) -> str | None:
    """Name of the alphabet that is enough for a language (a canonical code); None where all characters are wanted."""
    return LATIN if GROUP_OF[lang] in ("en", "latin") else None


def is_written(character: str, alphabet: str) -> bool:
    """Whether a character belongs to a named alphabet (there is one as yet: ``latin``)."""
    if alphabet != LATIN:
        raise ValueError(f"no alphabet {alphabet!r}")
    if character in _LATIN_SIGNS:
        return True
    return len(character) == 1 and any(low <= ord(character) <= high for low, high in _LATIN_RANGES)
