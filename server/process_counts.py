"""Counts that the processes of the web server share, so that each takes only its part of the connections.

All processes accept from one socket. Without these counts, the one that wakes up first takes a whole burst.
"""

from __future__ import annotations

import mmap
import struct
import time

#: Connections that a process may have more than another before it lets the other accept.
TOLERANCE = 2
#: How long it then pauses, once per connection: long enough for a sleeping process to wake up.
PAUSE_SECONDS = 0.0005
_NUMBER = struct.Struct("i")


class ProcessCounts:
    """One number per process in shared memory. Create it before the fork. `index`: the number of a process."""

    def __init__(self, processes: int) -> None:
        self._numbers = mmap.mmap(-1, max(2, processes) * _NUMBER.size)
        self._processes = processes
        self._paused = False

    def set(self, index: int, count: int) -> None:
        if index < self._processes:
            _NUMBER.pack_into(self._numbers, index * _NUMBER.size, count)

    def total(self) -> int:
        return sum(self._get(index) for index in range(self._processes))

    def lets_others_first(self, index: int, count: int) -> bool:
        """Whether to leave a new connection to another process. Never twice in a row: the other may be asleep."""
        others = [self._get(other) for other in range(self._processes) if other != index]
        if self._paused or not others or count <= min(others) + TOLERANCE:
            self._paused = False
            return False
        self._paused = True
        time.sleep(PAUSE_SECONDS)
        return True

    def _get(self, index: int) -> int:
        count: int = _NUMBER.unpack_from(self._numbers, index * _NUMBER.size)[0]
        return count
