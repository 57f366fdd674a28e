"""How many connections each process of the web server has: all know it, so that none takes more than its share.

All accept from one socket, and whoever wakes first would take all of a burst: one process busy, and the other idle.
"""

from __future__ import annotations

import mmap
import struct
import time

#: Connections that a process may have more than another before it lets the other go first.
SLACK = 2
#: How long it steps back, which is time enough for a process that sleeps to wake; once for each connection.
STEP_BACK_SECONDS = 0.0005
_NUMBER = struct.Struct("i")


class ProcessCounts:
    """Made before the processes are forked. `place` is a process's number among those that run."""

    def __init__(self, places: int) -> None:
        self._numbers = mmap.mmap(-1, max(2, places) * _NUMBER.size)
        self._places = places
        self._stepped_back = False

    def tell(self, place: int, connections: int) -> None:
        if place < self._places:
            _NUMBER.pack_into(self._numbers, place * _NUMBER.size, connections)

    def total(self) -> int:
        """Of all processes."""
        return sum(self._at(place) for place in range(self._places))

    def lets_others_first(self, place: int, connections: int) -> bool:
        """Whether a connection at the door is left to another process now. Never twice in a row: it may be asleep."""
        others = [self._at(other) for other in range(self._places) if other != place]
        if self._stepped_back or not others or connections <= min(others) + SLACK:
            self._stepped_back = False
            return False
        self._stepped_back = True
        time.sleep(STEP_BACK_SECONDS)
        return True

    def _at(self, place: int) -> int:
        return _NUMBER.unpack_from(self._numbers, place * _NUMBER.size)[0]
