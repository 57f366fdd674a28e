"""Interfaces of other services: where their clients send the key, and in which form they expect errors.

An interface is found by the first segment of the path, in one dictionary. Requests for this service's own paths need no
look-up at all (`api_keys.py`), and a service without such interfaces has an empty dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request

from services.errors import OCRServiceError

#: Status, body (text, or what becomes JSON) and headers of an error response.
ForeignError = tuple[int, Any, dict[str, str]]
_EXTENSION = "foreign_interfaces"


@dataclass(frozen=True, slots=True)
class ForeignInterface:
    """segments: first segments of its paths, which belong to it alone. routes: (method, path) of others.

    error: (error, status that this service would send, request id) -> what the interface's clients expect.
    credential: the key where the interface's clients send it. Empty: it is in `Authorization` or `X-API-Key`.
    account_prefixes: paths that cannot be used without a key, even if the service requires none.
    """

    name: str
    segments: tuple[str, ...]
    error: Callable[[OCRServiceError, int, str], ForeignError]
    credential: Callable[[Request], str] = lambda request: ""
    routes: tuple[tuple[str, str], ...] = ()
    account_prefixes: tuple[str, ...] = ()


class ForeignInterfaces:
    """The interfaces that are enabled."""

    def __init__(self, interfaces: Iterable[ForeignInterface] = ()) -> None:
        self._by_segment: dict[str, ForeignInterface] = {}
        self._by_route: dict[tuple[str, str], ForeignInterface] = {}
        for each in interfaces:
            self.add(each)

    def add(self, interface: ForeignInterface) -> None:
        self._by_segment.update(dict.fromkeys(interface.segments, interface))
        self._by_route.update(dict.fromkeys(interface.routes, interface))

    def of(self, method: str, path: str) -> ForeignInterface | None:
        """The interface that a request belongs to."""
        segment = path.partition("/")[2].partition("/")[0]
        return self._by_segment.get(segment) or self._by_route.get((method, path))


def foreign_interfaces(app: Flask) -> ForeignInterfaces:
    """Those of this application. Routes add theirs."""
    found: ForeignInterfaces = app.extensions.setdefault(_EXTENSION, ForeignInterfaces())
    return found
