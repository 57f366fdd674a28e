"""What `make deploy-check` needs on a machine.

Its slow tests take minutes and need root rights and a network, so `make test` skips them. `make deploy-check` skips
nothing: it first reports what this machine lacks (`python -m tests.support.deploy_check`), and a test that would be
skipped fails (tests/deploy/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tests.support import compose

#: Programs, and how to install them on Debian and Ubuntu.
PROGRAMS = {
    "nginx": "apt install nginx-light",
    "kubectl": "https://kubernetes.io/docs/tasks/tools",
    "debootstrap": "apt install debootstrap",
    "buildah": "apt install buildah",
    "systemd-nspawn": "apt install systemd-container",
    "unshare": "apt install util-linux",
    "nsenter": "apt install util-linux",
    "setpriv": "apt install util-linux",
    "ip": "apt install iproute2",
    "prometheus": "apt install prometheus",
}
IMAGE = ("debootstrap", "buildah", "unshare", "nsenter", "setpriv", "ip")
VPS = ("debootstrap", "systemd-nspawn", "unshare", "nsenter")
#: Folders of programs that only root has in its PATH.
SYSTEM_PATH = ":/usr/sbin:/sbin:/usr/local/sbin"


def requested() -> bool:
    """Is this run `make deploy-check`?"""
    return bool(os.environ.get("OCR_DEPLOY_CHECK"))


def missing(*programs: str) -> list[str]:
    """What these programs need that this machine does not have."""
    path = os.environ.get("PATH", "") + SYSTEM_PATH
    found = [f"{name} ({PROGRAMS[name]})" for name in programs if not shutil.which(name, path=path)]
    return found + ([] if os.geteuid() == 0 else ["root rights"])


def all_missing() -> list[str]:
    return missing(*PROGRAMS) + ([] if compose.find_tool() else ["Docker Compose (apt install docker-compose)"])


def require(*programs: str) -> None:
    """Skip the test unless this is `make deploy-check`. Then fail it if the machine lacks one of the programs."""
    if not requested():
        pytest.skip("takes minutes and needs root rights and a network: `make deploy-check` runs it")
    if lacking := missing(*programs):
        pytest.fail(f"This machine lacks: {', '.join(lacking)}", pytrace=False)


def main() -> int:
    lacking = all_missing()
    if lacking:
        sys.stderr.write("`make deploy-check` cannot run on this machine. It lacks:\n")
        sys.stderr.write("".join(f"  {one}\n" for one in lacking))
        sys.stderr.write("`make image-check`, `make vps-check` and `make test` have fewer requirements.\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
