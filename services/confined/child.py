"""The child's side: gives up all rights before the first untrusted byte is read.

A child has no state worth keeping and may be killed at any moment. It ends with its parent, even inside native code:
the kernel sends SIGIO when the other end of its standard input closes, and nothing handles that signal.
(PR_SET_PDEATHSIG would end it with the parent's thread, not with the parent, and threads come and go. A template has
only one thread, so its children use that.)
"""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable

from services.confined.channel import Channel, ChannelClosed, Message, close_files
from utils.process import tie_to
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


def start(warm_up: Callable[[], None]) -> Channel:
    """Confine this process, which `ConfinedProcess` has started. Returns the connection to the parent.

    warm_up: imports all modules and opens all files that the process will ever need.
    """
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETFL, fcntl.fcntl(sys.stdin.fileno(), fcntl.F_GETFL) | os.O_ASYNC)
    warm_up()
    exempt_loaded_objects()
    _give_up_rights(channel, int(sys.argv[2]), 0)
    return channel


def start_template(warm_up: Callable[[], None]) -> Channel:
    """Fork a confined child whenever the parent, a `ConfinedTemplate`, asks for one, and end it when the parent asks
    for that. Returns in each child, with its connection to the parent. The template itself never returns.
    """
    template = Channel(socket.socket(fileno=int(sys.argv[1])))
    warm_up()
    exempt_loaded_objects()
    tie = tie_to(os.getpid(), signal.SIGKILL)  # its only thread lives as long as the template
    child = 0
    while True:
        request = _next_request(template, child)
        if not request.files:
            template.send({"status": _end(child)})
            child = 0
            continue
        child = os.fork()
        if child == 0:
            tie()
            template.close()
            channel = Channel(socket.socket(fileno=request.files[0]))
            _give_up_rights(channel, request.data["memory"], request.data["file"])
            return channel
        close_files(request)


def _next_request(template: Channel, child: int) -> Message:
    """Ends the process and its child if the parent has ended."""
    try:
        return template.receive(max_files=1)
    except ChannelClosed:
        _end(child)
        sys.exit()


def _end(child: int) -> int:
    """Kill a child. Returns its exit status. It was not waited for before, so its id belongs to no other process."""
    if child == 0:
        return 0
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _give_up_rights(channel: Channel, memory_bytes: int, file_bytes: int) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (value, value))
    channel.send({"mechanisms": confine(), "pid": os.getpid()})
