"""Characters that look alike, and the shape of a number: which kind of character belongs at which position."""

from __future__ import annotations

TO_DIGIT = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
TO_LETTER = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}

#: In a shape: a letter, a digit, either. Any other character stands for itself.
LETTER, DIGIT, EITHER = "a", "9", "x"


def fits(text: str, shape: str) -> bool:
    """Whether every character is of the kind that the shape names. The text is in upper case."""
    return len(text) == len(shape) and all(_fits(char, kind) for char, kind in zip(text, shape, strict=True))


def corrected(text: str, shape: str) -> str | None:
    """The text with look-alike characters replaced where the shape rules them out. None if it does not fit then."""
    if len(text) != len(shape):
        return None
    result = "".join(_corrected(char, kind) for char, kind in zip(text, shape, strict=True))
    return result if fits(result, shape) else None


def other_end(text: str, shape: str) -> str | None:
    """The text with its check character replaced by its look-alike, if the shape admits both. Otherwise None.

    Other characters that may be a letter or a digit stay as they were read: with a wrong check character, one of their
    look-alikes would seem proven too often.
    """
    other = look_alike(text[-1])
    return text[:-1] + other if shape[-1] == EITHER and other else None


def look_alike(char: str) -> str:
    """The letter that looks like a digit, or the digit that looks like a letter. Empty for other characters."""
    return TO_LETTER.get(char) or TO_DIGIT.get(char, "")


def _fits(char: str, kind: str) -> bool:
    if kind == LETTER:
        return "A" <= char <= "Z"
    if kind == DIGIT:
        return "0" <= char <= "9"
    if kind == EITHER:
        return "A" <= char <= "Z" or "0" <= char <= "9"
    return char == kind


def _corrected(char: str, kind: str) -> str:
    if kind == DIGIT:
        return TO_DIGIT.get(char, char)
    if kind == LETTER:
        return TO_LETTER.get(char, char)
    if kind == EITHER:
        return char
    return kind if kind in (TO_LETTER.get(char), TO_DIGIT.get(char)) else char
