"""The child's side: gives up all rights before the first untrusted byte is read.

A child has no state worth keeping and may be killed at any moment. It ends with its parent, even inside native code:
the kernel sends SIGIO when the other end of its standard input closes, and nothing handles that signal.
(PR_SET_PDEATHSIG would end it with the parent's thread, not with the parent, and threads come and go.)
"""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import socket
import sys
from collections.abc import Callable

from services.confined.channel import Channel
from utils.sandbox import confine

#: New objects after which Python looks for cycles, instead of 700. A page of text has some thousands, and few cycles.
_GC_THRESHOLD = 10_000
#: Exit status after running into the memory limit. A new child may manage the same file.
OUT_OF_MEMORY = 3
#: Highest number of open files: the streams, the connection, and the file with what libraries open for it.
_OPEN_FILES = 32


def exempt_loaded_objects() -> None:
    """Let collections look at the objects of documents only, and at many at once: they took a twelfth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def start(warm_up: Callable[[], None], file_bytes: int = 0) -> Channel:
    """Confine this process, which `ConfinedProcess` has started. Returns the connection to the parent.

    warm_up: imports all modules and opens all files that the process will ever need. file_bytes: up to which size it
    may write the files that it gets open.
    """
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETFL, fcntl.fcntl(sys.stdin.fileno(), fcntl.F_GETFL) | os.O_ASYNC)
    warm_up()
    exempt_loaded_objects()
    memory_bytes = int(sys.argv[2])
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (value, value))
    channel.send({"mechanisms": confine()})
    return channel
