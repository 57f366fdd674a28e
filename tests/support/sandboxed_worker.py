"""The real worker in a sandbox: `celery -A tests.support.sandboxed_worker worker`.

The kernel denies it and all its children the system calls of systemd's group `@resources` (priorities, processors,
limits), which hardened installations do not permit. Linux on x86-64 only.
"""

import ctypes
import errno
import struct

#: System call numbers of x86-64: setpriority, sched_setparam, sched_setscheduler, setrlimit, sched_setaffinity, mbind,
#: set_mempolicy, ioprio_set, migrate_pages, move_pages, sched_setattr.
DENIED = (141, 142, 144, 160, 203, 237, 238, 251, 256, 279, 314)
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_MODE_FILTER = 22, 38, 2
_LOAD_NUMBER, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000 | errno.EPERM


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def deny_system_calls() -> None:
    """Install a seccomp filter (BPF) for this process and its children. It cannot be removed."""
    instructions = [(_LOAD_NUMBER, 0, 0, 0)]
    for left, number in zip(range(len(DENIED) - 1, -1, -1), DENIED, strict=True):
        instructions.append((_JUMP_IF_EQUAL, left + 1, 0, number))
    instructions += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _FAIL)]
    packed = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    for status in (
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(instructions), packed))),
    ):
        if status:
            raise OSError(ctypes.get_errno(), "the sandbox could not be created")


deny_system_calls()

from celery_app import app  # noqa: E402, F401 - imported inside the sandbox
