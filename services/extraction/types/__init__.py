"""One module for each type of identity number. Each defines `TYPE`; adding a module adds a type."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from services.extraction.number_type import NumberType


@cache
def number_types() -> tuple[NumberType, ...]:
    """All types, by name."""
    return tuple(import_module(f"{__name__}.{module.name}").TYPE for module in iter_modules(__path__))
