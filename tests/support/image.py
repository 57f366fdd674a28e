"""Builds the image from the Dockerfile with buildah. The base is a debootstrap root instead of a downloaded image.

All files are in one folder, so that a second run builds only what has changed.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from stress.harness import REPOSITORY

#: What the official base image omits or disables, compared with a plain debootstrap.
SLIM = """
cat > {root}/etc/dpkg/dpkg.cfg.d/slim <<END
path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/info/*
path-include /usr/share/doc/*/copyright
END
echo 'APT::Install-Suggests "0"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke {{"rm -f /var/cache/apt/archives/*.deb";}};' > {root}/etc/apt/apt.conf.d/slim
rm -rf {root}/var/cache/apt/* {root}/var/lib/apt/lists/* {root}/usr/share/{{doc,man,locale,info}}/*
"""


def output(*command: object, **options: object) -> str:
    """Run a command and return its output. Raises AssertionError with its messages if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{(done.stdout + done.stderr)[-4000:]}"
    return done.stdout


class Builder:
    """buildah with its own storage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        # An overlay cannot be on top of another overlay, such as a container's own file system.
        driver = "vfs" if output("stat", "-f", "-c", "%T", folder).strip() == "overlayfs" else "overlay"
        storage = ["--root", str(folder / "storage"), "--runroot", str(folder / "run"), "--storage-driver", driver]
        self._buildah = ["buildah", *storage]

    def create_base(self, name: str) -> None:
        """Create a minimal Debian with the name of the Dockerfile's base image. DEBIAN_MIRROR overrides the mirror."""
        self._base = name
        if name in output(*self._buildah, "images", "--format", "{{.Name}}:{{.Tag}}").replace("localhost/", "").split():
            return
        suite = name.split(":")[1].removesuffix("-slim")
        root = self.folder / "base"
        shutil.rmtree(root, ignore_errors=True)
        mirror = [os.environ["DEBIAN_MIRROR"]] if "DEBIAN_MIRROR" in os.environ else []
        output("debootstrap", "--variant=minbase", suite, root, *mirror)
        output("bash", "-ec", SLIM.format(root=root))
        container = output(*self._buildah, "from", "scratch").strip()
        archive = self.folder / "base.tar"
        output("tar", "-C", root, "-cf", archive, ".")
        output(*self._buildah, "add", container, archive, "/")
        output(*self._buildah, "commit", "--rm", container, f"localhost/{name}")
        shutil.rmtree(root)
        archive.unlink()

    def build(self, target: str) -> str:
        """Build a target of the Dockerfile with this machine's pip configuration. Returns the image's name."""
        image = f"paddleocr-service:{target}"
        options = ["--isolation", "chroot", "--format", "docker", "--layers", "--pull-never", "--target", target]
        pip_conf = self.folder / "pip.conf"
        pip_conf.write_text(pip_configuration())
        options += ["--build-arg", f"BASE=localhost/{self._base}"]
        options += ["--secret", f"id=pip_conf,src={pip_conf}", "--volume", f"{certificates()}:{CERTIFICATES}:ro"]
        output(*self._buildah, "bud", *options, "--tag", image, REPOSITORY)
        return image

    def config(self, image: str) -> dict:
        """User, Env, Entrypoint, Cmd, Healthcheck, … in Docker's format."""
        return json.loads(output(*self._buildah, "inspect", "--type", "image", image))["Docker"]["config"]

    def mount(self, image: str) -> tuple[str, Path]:
        """Create a container from the image without running it. Returns its name and the path of its files."""
        container = output(*self._buildah, "from", "--pull-never", f"localhost/{image}").strip()
        return container, Path(output(*self._buildah, "mount", container).strip())

    def remove(self, container: str) -> None:
        output(*self._buildah, "rm", container)


#: Where this machine's certificates are mounted while the image is built.
CERTIFICATES = "/run/certificates.crt"


def certificates() -> str:
    import ssl

    return os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile


def pip_configuration() -> str:
    """This machine's pip configuration, from files and environment, without paths that exist only here."""
    lines = output(sys.executable, "-m", "pip", "config", "list").splitlines()
    settings = {}
    for line in sorted(lines, key=lambda line: line.startswith(":env:")):
        name, value = line.split("=", 1)
        text = " ".join(word for word in str(ast.literal_eval(value)).split() if not word.startswith(("/", "file:")))
        if text:
            settings[name.split(".", 1)[1]] = text
    settings["cert"] = CERTIFICATES
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())
