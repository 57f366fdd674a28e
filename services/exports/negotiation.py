"""Which format a client wants: the option `format`, otherwise the header `Accept`."""

from __future__ import annotations

from collections.abc import Callable

from services.errors import InvalidOption, NotAcceptable
from services.exports.formats import BY_NAME, FORMATS, JSON, WITH_FURNITURE, Format

#: Media types from which `Accept` chooses, each with its format. A type stands for the first format that has it.
MEDIA_TYPES = {each.media_type: each for each in reversed(FORMATS)}


def choose(name: str, best_match: Callable[[list[str]], str | None], page: int, furniture: bool) -> Format:
    """The wanted format. best_match: which of these media types, in order of preference, the client accepts best.

    Raises NotAcceptable, or InvalidOption for an option that the format cannot honour.
    """
    chosen = BY_NAME[name] if name else _accepted(best_match)
    if furniture and chosen.name not in WITH_FURNITURE:
        raise InvalidOption(
            f"The option `furniture` is for the formats {' and '.join(WITH_FURNITURE)}, not for {chosen.name}.",
            option="furniture",
        )
    if page and chosen.name in ("json", "pdf"):
        raise InvalidOption(f"The format {chosen.name} has always all pages. Leave out `page`.", option="page")
    return chosen


def _accepted(best_match: Callable[[list[str]], str | None]) -> Format:
    types = list(dict.fromkeys(each.media_type for each in FORMATS))
    media_type = best_match(types)
    if media_type is None:
        available = ", ".join(f"{each.name} ({each.media_type})" for each in FORMATS)
        raise NotAcceptable(f"No available format has a media type that `Accept` lists. Available: {available}.")
    return MEDIA_TYPES.get(media_type, JSON)
