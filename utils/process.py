"""Processes on Linux: a child that ends with its parent, a group that is killed whole, a limit that is raised."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process `signum` when its parent ends, in whatever way that is.

    For processes that a library forks (a Celery pool's children, gunicorn's workers): call it first thing after the
    fork. The kernel watches the *thread* that forked, so that has to be one that lives as long as its process.
    Anywhere but on Linux this does nothing.
    """
    tie_to(os.getppid(), signum)()


def tie_to(parent: int, signum: int) -> Callable[[], None]:
    """What a child of the process `parent` calls between fork and exec to get `signum` when that one ends.

    The library is loaded here, before the fork: afterwards only one system call is left to do. The tie outlives exec.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    libc = ctypes.CDLL(None)

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)  # fails for a number that is no signal, and only then
        if os.getppid() != parent:  # it ended before the tie was made: no signal will come
            os.kill(os.getpid(), signum)

    return tie


def has_ended(pid: int) -> bool:
    """Whether a child of ours has ended. It is not reaped, so its number (and its group's) stays its own."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill_group(leader: int, signum: int = signal.SIGKILL) -> None:
    """Signal a child that leads a process group, and all in that group. It must not have been reaped before."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signum)


def raise_open_files(wanted: int) -> int:
    """Allow this process as many open files as are wanted, if it may. Returns how many of those it may have.

    The limit that processes begin with is that of programs from another time, which could take 1024 and no more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return min(soft, wanted) if soft != resource.RLIM_INFINITY else wanted
