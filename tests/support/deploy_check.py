"""What `make deploy-check` needs: `python -m tests.support.deploy_check` lists what this machine lacks.

Its heavy tests need minutes, root and the network, so `make test` skips them. `make deploy-check` skips nothing: a test
that would be skipped fails (tests/deploy/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tests.support import compose

#: Programs, and how to install them.
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
#: Folders of programs that only root's PATH contains.
SYSTEM_PATH = ":/usr/sbin:/sbin:/usr/local/sbin"


def asked_for() -> bool:
    return bool(os.environ.get("OCR_DEPLOY_CHECK"))


def missing(*programs: str) -> list[str]:
    """What this machine lacks to use these programs as root."""
    path = os.environ.get("PATH", "") + SYSTEM_PATH
    lacking = [f"{name} ({PROGRAMS[name]})" for name in programs if not shutil.which(name, path=path)]
    return lacking + ([] if os.geteuid() == 0 else ["root privileges"])


def missing_for_all() -> list[str]:
    return missing(*PROGRAMS) + ([] if compose.find_tool() else ["Docker Compose (apt install docker-compose)"])


def require(*programs: str) -> None:
    """Skip the test, unless it runs in the deploy check. Fail it there if this machine lacks something."""
    if not asked_for():
        pytest.skip("needs minutes, root and the network: `make deploy-check` runs it")
    if lacking := missing(*programs):
        pytest.fail(f"This machine lacks: {', '.join(lacking)}", pytrace=False)


def main() -> int:
    lacking = missing_for_all()
    if lacking:
        sys.stderr.write("This machine cannot run make deploy-check. It lacks:\n")
        sys.stderr.write("".join(f"  {name}\n" for name in lacking))
        sys.stderr.write("`make image-check`, `make vps-check` and `make test` need less.\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
