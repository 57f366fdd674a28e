"""Counts that the processes of the web server share, so that each takes only its part of the connections.

All processes accept from one socket. Without these counts, the one that wakes up first takes a whole burst.
"""

import mmap
import time

#: Connections that a process may have more than another before it lets the other accept.
TOLERANCE = 2
#: How long it then pauses, once per connection: long enough for a sleeping process to wake up.
PAUSE_SECONDS = 0.0005
INT_BYTES = 4


class ProcessCounts:
    """One number per process in shared memory. Create it before the fork. `index`: the number of a process."""

    def __init__(self, processes: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, processes * INT_BYTES)).cast("i")
        self._paused = False

    def set(self, index: int, count: int) -> None:
        if index < len(self._counts):
            self._counts[index] = count

    def total(self) -> int:
        return sum(self._counts)

    def lets_others_first(self, index: int, count: int) -> bool:
        """Whether to leave a new connection to another process. Never twice in a row: the other may be asleep."""
        others = [other for position, other in enumerate(self._counts) if position != index]
        if self._paused or not others or count <= min(others) + TOLERANCE:
            self._paused = False
            return False
        self._paused = True
        time.sleep(PAUSE_SECONDS)
        return True
