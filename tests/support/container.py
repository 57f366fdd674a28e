"""Running an unpacked image with the kernel alone: namespaces, a read-only root, an ordinary user, no capability."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from pathlib import Path

import psutil

from utils.process import tie_to

#: Inside new mount and process namespaces: the image's root read-only, with what a container has besides it.
ENTER = """
mount --bind {root} {root}
mount --bind {data} {root}/data
mount -t tmpfs -o mode=1777 tmpfs {root}/tmp
mount -t proc proc {root}/proc
mount -t tmpfs -o mode=755 tmpfs {root}/dev
mkdir -m 1777 {root}/dev/shm && mount -t tmpfs -o mode=1777 shm {root}/dev/shm
for device in null zero random urandom; do touch {root}/dev/$device; mount --bind /dev/$device {root}/dev/$device; done
ln -s /proc/self/fd {root}/dev/fd
mount -o remount,bind,ro {root}
exec chroot {root} {setpriv} env -i -C {workdir} {environment} {command}
"""
#: An ordinary user without any right, as `cap_drop: ALL` and `no-new-privileges` leave it.
SETPRIV = "setpriv --reuid {user} --regid {group} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all"


class Loopback:
    """A network namespace in which there is nothing but 127.0.0.1."""

    def __init__(self) -> None:
        command = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, preexec_fn=tie_to(os.getpid(), signal.SIGKILL)
        )
        assert self._process.stdout.readline() == "up\n", "no network namespace could be made"

    def command(self, *command: object) -> list[str]:
        """The command as it runs in there."""
        return ["nsenter", f"--net=/proc/{self._process.pid}/ns/net", *map(str, command)]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Container:
    """A process of the image, started as a container runtime would: by its own configuration."""

    def __init__(self, root: Path, config: dict, network: Loopback, data: Path, log: Path, **environment: str) -> None:
        self._root, self._config, self._network, self._data, self.log_file = root, config, network, data, log
        self._environment = [*config["Env"], *(f"{name}={value}" for name, value in environment.items())]
        self._process: subprocess.Popen | None = None

    def beside(self, network: Loopback) -> Container:
        """Another one, in a network where this one is not."""
        return Container(self._root, {**self._config, "Env": self._environment}, network, self._data, self.log_file)

    def start(self, *command: str) -> None:
        """`command` replaces the image's, and the entry point goes before both."""
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen(
                self._entered([*self._config["Entrypoint"], *(command or self._config["Cmd"])]),
                stdout=log,
                stderr=log,
                preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
            )

    def run(self, *command: str, seconds: float = 60) -> subprocess.CompletedProcess:
        """Another command in a container of its own over the same image and network, to its end."""
        return subprocess.run(self._entered([*command]), capture_output=True, text=True, timeout=seconds)

    def _entered(self, command: list[str]) -> list[str]:
        user, group = self._config["User"].split(":")
        script = ENTER.format(
            root=self._root,
            data=self._data,
            setpriv=SETPRIV.format(user=user, group=group),
            workdir=self._config["WorkingDir"],
            environment=shlex.join(self._environment),
            command=shlex.join(command),
        )
        # `unshare --kill-child`: with the first process of the namespace all others end.
        own = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-ec", script]
        return self._network.command(*own)

    def stop(self, how: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Signal the first process in there, as a runtime does; returns its exit status."""
        for child in psutil.Process(self._process.pid).children():  # `unshare` itself passes no signal on
            child.send_signal(how)
        return self._process.wait(seconds)

    def processes(self) -> list[psutil.Process]:
        return psutil.Process(self._process.pid).children(recursive=True)

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        return self.log_file.read_text()
