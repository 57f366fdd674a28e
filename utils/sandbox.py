"""Takes rights away from the calling process before it parses a file of a client.

A parser with an exploitable bug runs the attacker's code. After `confine`, that code can read and write the file
descriptors that the process already has, and nothing else: no new file, no network, no other process.

Two mechanisms of the Linux kernel do that, each on its own: a seccomp filter rejects system calls, and Landlock rejects
access to files. Both need no privileges. See `seccomp_filter` and `landlock` in the kernel's documentation.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

SECCOMP, LANDLOCK = "seccomp", "landlock"

_PR_SET_DUMPABLE, _PR_GET_SECCOMP, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 21, 22, 38
_SECCOMP_MODE_FILTER = 2

#: Rejected system calls: (number on x86-64, number on arm64); None if there is none.
_REJECTED: dict[str, tuple[int | None, int | None]] = {
    # Files by name. Descriptors that are open stay usable.
    "open": (2, None), "creat": (85, None), "openat": (257, 56), "openat2": (437, 437),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "memfd_secret": (447, 447),
    "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "link": (86, None), "linkat": (265, 37),
    "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33), "truncate": (76, 45),
    "chmod": (90, None), "fchmodat": (268, 53), "chown": (92, None), "fchownat": (260, 54), "utimensat": (280, 88),
    "setxattr": (188, 5), "chdir": (80, 49), "fchmodat2": (452, 452), "chroot": (161, 51), "pivot_root": (155, 41),
    "mount": (165, 40), "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsmount": (432, 432), "fanotify_init": (300, 262),
    # The network and other processes.
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "execve": (59, 221), "execveat": (322, 281), "fork": (57, None),
    "vfork": (58, None), "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "process_madvise": (440, 440), "kcmp": (312, 272), "shmget": (29, 194),
    "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    # The kernel's own attack surface.
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "unshare": (272, 97), "setns": (308, 268), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "reboot": (169, 142),
    "swapon": (167, 224), "acct": (163, 89), "quotactl": (179, 60), "personality": (135, 92),
}  # fmt: skip
#: (kernel's name of the architecture, its place in the tuples above, clone, clone3, prlimit64), by `platform.machine`.
_MACHINES = {"x86_64": (0xC000003E, 0, 56, 435, 302), "aarch64": (0xC00000B7, 1, 220, 435, 261)}
#: Calls with a higher number were added to the kernel after this list was made.
_LAST_KNOWN_CALL = 462
_CLONE_THREAD = 0x10000

# Instructions of the filter (struct sock_filter), offsets in struct seccomp_data, and results.
_LOAD, _EQUAL, _GREATER, _SET, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000

_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_LANDLOCK_VERSION_FLAG = 1
#: Kinds of access to files that each version of Landlock knows, as a bit mask.
_LANDLOCK_ACCESS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}


def confine() -> tuple[str, ...]:
    """Confine this process and all its threads for good. Returns the mechanisms that are now active.

    Call it before the first untrusted byte is read, in a process with one thread, when everything is imported: the
    process can open no file afterwards. Empty on kernels and machines that offer neither mechanism.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)  # other processes of this user cannot look into its memory
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return ()
    applied = [LANDLOCK] if _apply_landlock(libc) else []
    return (SECCOMP, *applied) if _apply_seccomp(libc) else tuple(applied)


def available() -> tuple[str, ...]:
    """The mechanisms that this kernel offers."""
    libc = ctypes.CDLL(None, use_errno=True)
    seccomp = platform.machine() in _MACHINES and libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0
    landlock = _landlock_version(libc) >= 1
    return tuple(name for name, offered in ((SECCOMP, seccomp), (LANDLOCK, landlock)) if offered)


def _landlock_version(libc: ctypes.CDLL) -> int:
    return int(libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION_FLAG))


def _apply_landlock(libc: ctypes.CDLL) -> bool:
    """Allow no access to files: a set of rules that is empty."""
    version = _landlock_version(libc)
    if version < 1:
        return False
    attributes = struct.pack("<Q", _LANDLOCK_ACCESS[min(version, max(_LANDLOCK_ACCESS))])
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        return bool(libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _apply_seccomp(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _MACHINES:
        return False
    program = b"".join(_filter(*_MACHINES[platform.machine()]))
    buffer = ctypes.create_string_buffer(program)
    # struct sock_fprog: the number of instructions, and their address.
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer)))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _filter(architecture: int, column: int, clone: int, clone3: int, prlimit: int) -> Iterator[bytes]:
    """The instructions. A jump gives the number of instructions to skip if the comparison holds, and if not."""
    reject = _ERROR | errno.EPERM
    yield _instruction(_LOAD, _ARCHITECTURE)
    yield _instruction(_EQUAL, architecture, 1, 0)
    yield _instruction(_RETURN, _KILL)
    yield _instruction(_LOAD, _NUMBER)
    yield _instruction(_GREATER, _LAST_KNOWN_CALL, 0, 1)
    yield _instruction(_RETURN, _ERROR | errno.ENOSYS)
    for numbers in _REJECTED.values():
        if (number := numbers[column]) is not None:
            yield _instruction(_EQUAL, number, 0, 1)
            yield _instruction(_RETURN, reject)
    # glibc falls back to clone, whose flags can be checked: threads are allowed, processes are not.
    yield _instruction(_EQUAL, clone3, 0, 1)
    yield _instruction(_RETURN, _ERROR | errno.ENOSYS)
    yield _instruction(_EQUAL, clone, 0, 3)
    yield _instruction(_LOAD, _FIRST_ARGUMENT)
    yield _instruction(_SET, _CLONE_THREAD, 0, 4)
    yield _instruction(_RETURN, _ALLOW)
    # Limits of this process only.
    yield _instruction(_EQUAL, prlimit, 0, 3)
    yield _instruction(_LOAD, _FIRST_ARGUMENT)
    yield _instruction(_EQUAL, 0, 1, 0)
    yield _instruction(_RETURN, reject)
    yield _instruction(_RETURN, _ALLOW)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)
