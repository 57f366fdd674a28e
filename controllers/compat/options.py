"""Values of options in the forms in which other interfaces send them: JSON, or text fields of a form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from controllers.compat import ignored
from services.errors import InvalidOption

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def flag(options: Mapping[str, Any], name: str, default: bool = False) -> bool:
    """Raises InvalidOption."""
    value = single(options, name)
    if value is None:
        return default
    text = str(value).lower()
    if text not in (*_TRUE, *_FALSE):
        raise InvalidOption(f"`{name}` must be true or false.", option=name)
    return text in _TRUE


def text(options: Mapping[str, Any], name: str, default: str = "") -> str:
    """Raises InvalidOption."""
    value = single(options, name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise InvalidOption(f"`{name}` must be a string.", option=name)
    return value


def choice(options: Mapping[str, Any], name: str, choices: Iterable[str]) -> str:
    """One of `choices`, or "" if the option is not given. Raises InvalidOption."""
    value, known = text(options, name), list(choices)
    if value and value not in known:
        raise InvalidOption(f"`{name}` cannot be `{value[:64]}`. Choose from: {', '.join(known)}.", option=name)
    return value


def single(options: Mapping[str, Any], name: str) -> Any:
    """The last value of a field that a form may repeat. None if it is absent or null."""
    value = options.get(name)
    return value[-1] if isinstance(value, list) and value else value


def many(options: Mapping[str, Any], name: str) -> list[Any]:
    """A list: as such, as a repeated field, or as JSON in one field of a form. A single value is a list of one."""
    value = options.get(name)
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    if len(values) == 1 and isinstance(values[0], str) and values[0].startswith("["):
        try:
            values = json.loads(values[0])
        except ValueError as error:
            raise InvalidOption(f"`{name}` must be a list.", option=name) from error
    return list(values)


def whole_numbers(options: Mapping[str, Any], name: str) -> list[int]:
    """Raises InvalidOption."""
    try:
        return [int(value) for value in many(options, name)]
    except (ValueError, TypeError) as error:
        raise InvalidOption(f"`{name}` must be a list of whole numbers.", option=name) from error


def note_others(options: Mapping[str, Any], honoured: Iterable[str], without_effect: Mapping[str, Any]) -> None:
    """Report the options that are not honoured. `without_effect`: values that ask for what happens here anyway."""
    for name in options:
        if name not in honoured and single(options, name) is not None:
            given, same = str(single(options, name)).lower(), str(without_effect.get(name)).lower()
            if name not in without_effect or given != same:
                ignored.ignore(name)
