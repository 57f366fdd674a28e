"""What `make deploy-check` needs of a machine, and who asks for it.

Its heavy tests take minutes, root's rights and a network, so `make test` leaves them out. `make deploy-check` leaves
nothing out: what this machine lacks is told before anything begins (`python -m tests.support.deploy_check`), and a test
that would be skipped fails (tests/deploy/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from tests.support import compose

#: Programs, and where Debian and Ubuntu have them.
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


def asked_for() -> bool:
    return bool(os.environ.get("OCR_DEPLOY_CHECK"))


def lacking(*programs: str) -> list[str]:
    """What has to be installed, or to be otherwise, before these programs can do their work here."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"
    missing = [f"{name} ({PROGRAMS[name]})" for name in programs if not shutil.which(name, path=path)]
    return missing + ([] if os.geteuid() == 0 else ["root's rights"])


def lacking_for_all() -> list[str]:
    missing = lacking(*PROGRAMS)
    return missing + ([] if compose.find_tool() else ["Docker Compose (apt install docker-compose)"])


def require(*programs: str) -> None:
    """Skips a test unless the deploy check is asked for; fails it where the machine lacks something for it."""
    if not asked_for():
        pytest.skip("takes minutes, root's rights and the network: `make deploy-check` runs it")
    if missing := lacking(*programs):
        pytest.fail(f"This machine lacks: {', '.join(missing)}", pytrace=False)


def main() -> int:
    missing = lacking_for_all()
    if missing:
        sys.stderr.write("This machine cannot run make deploy-check. It lacks:\n")
        sys.stderr.write("".join(f"  {one}\n" for one in missing))
        sys.stderr.write("`make image-check`, `make vps-check` and `make test` need less.\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
