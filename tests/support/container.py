"""Runs an unpacked image with kernel features only: namespaces, a read-only root, an unprivileged user."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from pathlib import Path

import psutil

from utils.process import tie_to

#: Runs inside new mount and process namespaces: makes the image's root read-only and adds what a container provides.
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
#: An unprivileged user without capabilities, as with `cap_drop: ALL` and `no-new-privileges`.
SETPRIV = "setpriv --reuid {user} --regid {group} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all"


class Loopback:
    """A network namespace that contains only 127.0.0.1."""

    def __init__(self) -> None:
        command = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, preexec_fn=tie_to(os.getpid(), signal.SIGKILL)
        )
        assert self._process.stdout.readline() == "up\n", "no network namespace could be created"

    def command(self, *command: object) -> list[str]:
        """The command, run inside the namespace."""
        return ["nsenter", f"--net=/proc/{self._process.pid}/ns/net", *map(str, command)]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


class Container:
    """A process of the image, started from its configuration as a container runtime would."""

    def __init__(self, root: Path, config: dict, network: Loopback, data: Path, log: Path, **environment: str) -> None:
        self._root, self._config, self._network, self._data, self.log_file = root, config, network, data, log
        self._environment = [*config["Env"], *(f"{name}={value}" for name, value in environment.items())]
        self._process: subprocess.Popen | None = None

    def with_network(self, network: Loopback) -> Container:
        """A copy of this container in another network."""
        return Container(self._root, {**self._config, "Env": self._environment}, network, self._data, self.log_file)

    def start(self, *command: str) -> None:
        """Start with the image's entry point, and `command` instead of the image's if one is given."""
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen(
                self._in_namespaces([*self._config["Entrypoint"], *(command or self._config["Cmd"])]),
                stdout=log,
                stderr=log,
                preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
            )

    def run(self, *command: str, seconds: float = 60) -> subprocess.CompletedProcess:
        """Run another command to its end, in a separate container with the same image and network."""
        return subprocess.run(self._in_namespaces([*command]), capture_output=True, text=True, timeout=seconds)

    def _in_namespaces(self, command: list[str]) -> list[str]:
        user, group = self._config["User"].split(":")
        script = ENTER.format(
            root=self._root,
            data=self._data,
            setpriv=SETPRIV.format(user=user, group=group),
            workdir=self._config["WorkingDir"],
            environment=shlex.join(self._environment),
            command=shlex.join(command),
        )
        # `unshare --kill-child`: when the first process of the namespace ends, all others do.
        unshare = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-ec", script]
        return self._network.command(*unshare)

    def stop(self, how: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Send a signal to the container's first process, as a runtime does. Returns its exit status."""
        for child in psutil.Process(self._process.pid).children():  # `unshare` does not forward signals
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
