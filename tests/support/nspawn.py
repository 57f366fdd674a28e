"""A Debian booted with systemd: a debootstrap root in systemd-nspawn, for tests that need a whole machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from stress.harness import wait_until
from utils.process import tie_to

PACKAGES = "systemd,systemd-sysv,dbus,python3,python3-venv,make,ca-certificates,curl,iproute2,git"
CERTIFICATES = Path("etc/ssl/certs/ca-certificates.crt")
#: nspawn needs cgroup v2. On a machine with v1, mount a separate v2 tree.
BOOT = """
if ! [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup
fi
exec systemd-nspawn --directory "$1" --register=no --keep-unit --resolv-conf=copy-host --boot
"""


class BootedDebian:
    """It shares this machine's network; everything else is separate."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._nspawn: subprocess.Popen | None = None
        self._init = 0

    def make(self) -> None:
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(self.root)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=600)
        # The package index may have a certificate that only this machine trusts.
        shutil.copy(Path("/") / CERTIFICATES, self.root / CERTIFICATES)
        (self.root / "etc/pip.conf").write_text(f"[global]\ncert = /{CERTIFICATES}\n")

    def boot(self) -> None:
        self._nspawn = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", BOOT, "boot", str(self.root)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=tie_to(os.getpid(), signal.SIGTERM),
        )
        self._init = wait_until(self._find_init, 30, "systemd")
        wait_until(lambda: self.run("systemctl is-system-running").stdout.strip() == "running", 60, "the boot")

    def _find_init(self) -> int | None:
        descendants = psutil.Process(self._nspawn.pid).children(recursive=True)
        return next((process.pid for process in descendants if process.name() == "systemd"), None)

    def run(self, command: str, seconds: float = 900, typed: str = "") -> subprocess.CompletedProcess:
        """Run a command as root on that machine. Raises subprocess.TimeoutExpired."""
        inside = ["nsenter", "-t", str(self._init), "-m", "-u", "-i", "-p", "-C", "-r", "-w", "env", "-i", "HOME=/root"]
        inside += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "bash", "-c"]
        return subprocess.run([*inside, command], input=typed, capture_output=True, text=True, timeout=seconds)

    def shut_down(self) -> None:
        if self._nspawn:
            self._nspawn.terminate()
            try:
                self._nspawn.wait(60)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()
        shutil.rmtree(self.root, ignore_errors=True)  # gigabytes; pytest would keep the last three
