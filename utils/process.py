"""Processes on Linux: forks, the end of the parent, the limit of open files."""

import ctypes
import os
import resource
import signal
import sys
import weakref
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>


def call_after_fork(method: Callable[[], None]) -> None:
    """Call a bound method in each child that is forked. Does not keep its object alive."""
    reference = weakref.WeakMethod(method)
    os.register_at_fork(after_in_child=lambda: (alive := reference()) and alive())


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process `signum` when its parent ends for any reason.

    For processes that a library forks (children of Celery's pool, gunicorn's workers). Call it right after the fork.
    The kernel watches the *thread* that forked, so this thread must live as long as its process. Linux only; elsewhere
    this does nothing.
    """
    tie_to(os.getppid(), signum)()


def tie_to(parent: int, signum: int) -> Callable[[], None]:
    """A function for a child of process `parent`: called between fork and exec, it makes the kernel send `signum` when
    the parent ends. This outlives exec.

    libc is loaded here, before the fork, so that only one system call is left after it.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc = ctypes.CDLL(None)

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)  # fails only for an invalid signal number
        if os.getppid() != parent:  # the parent ended before the call: no signal will come
            os.kill(os.getpid(), signum)

    return tie


def raise_open_files(wanted: int) -> int:
    """Raise this process's limit of open files to `wanted`, or as far as allowed. Returns how many of them it gets.

    The default limit of 1024 exists for old programs that use select().
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
