"""Download Tesseract's language data from a Debian mirror, without root and on any system.

The chain of checksums is Debian's: the release file is signed and contains the SHA-256 of the package index, which
contains the SHA-256 of each package (https://wiki.debian.org/DebianRepository/Format). Where Debian's keys and ``gpgv``
are installed the signature is verified; otherwise the release file is only downloaded over HTTPS.
"""

import hashlib
import io
import lzma
import re
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

from ..errors import EngineError

MIRROR = "https://deb.debian.org/debian"
_SUITE = "stable"
_INDEX = "main/binary-all/Packages.xz"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TIMEOUT = 30  # seconds without data
_MAX_BYTES = 200 << 20  # of one file; the largest package has 50 MB
_ENTRY = re.compile(r"^Package: (?P<name>\S+)$.*?(?=^$|\Z)", re.MULTILINE | re.DOTALL)


class DownloadFailed(EngineError):
    """The mirror cannot be reached, or a file is not what it should be. The message says which."""

    code = "install_failed"


class DebianMirror:
    """The packages of one mirror. The index (5 MB) is downloaded once."""

    def __init__(self, url: str = MIRROR) -> None:
        """url: folder that contains ``dists`` and ``pool``. Raises DownloadFailed if it is not an HTTP address."""
        if not url.startswith(("https://", "http://")):
            raise DownloadFailed(f"{url} is not an address of a Debian mirror")
        self._url = url.rstrip("/")

    def language_data(self, package: str) -> Iterator[tuple[str, bytes]]:
        """Yield the name and content of each data file (``*.traineddata``) of a package. Raises DownloadFailed."""
        if package not in self._index:
            raise DownloadFailed(f"Debian has no package {package}")
        fields = dict(re.findall(r"^(Filename|SHA256): (\S+)$", self._index[package], re.MULTILINE))
        content = self._get(fields["Filename"])
        _check(content, fields["SHA256"], package)
        with tarfile.open(fileobj=io.BytesIO(_member(content, "data.tar")), mode="r:*") as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                file = archive.extractfile(member) if path.suffix == ".traineddata" and member.isfile() else None
                if file:
                    yield path.name, file.read()

    @cached_property
    def _index(self) -> dict[str, str]:
        """Package name -> entry of the index, of the packages with language data."""
        release = self._get(f"dists/{_SUITE}/InRelease")
        self._verify(release)
        sums = release.decode().partition("\nSHA256:")[2]
        found = re.search(rf"^ ([0-9a-f]{{64}}) +\d+ {re.escape(_INDEX)}$", sums, re.MULTILINE)
        if not found:
            raise DownloadFailed(f"{self._url} is not a Debian mirror: it has no package index")
        content = self._get(f"dists/{_SUITE}/{_INDEX}")
        _check(content, found[1], "the package index")
        entries = _ENTRY.finditer(lzma.decompress(content).decode())
        return {entry["name"]: entry[0] for entry in entries if entry["name"].startswith("tesseract-ocr-")}

    def _verify(self, release: bytes) -> None:
        """Raises DownloadFailed if the signature is wrong, or if neither it nor the server can be verified."""
        program = shutil.which("gpgv")
        if not (program and _KEYRING.is_file()):
            if self._url.startswith("https://"):
                return
            raise DownloadFailed("the signature cannot be verified: install gpgv, or use HTTPS")
        with tempfile.NamedTemporaryFile(suffix=".InRelease") as file:
            file.write(release)
            file.flush()
            checked = subprocess.run([program, "--keyring", str(_KEYRING), file.name], capture_output=True, check=False)
        if checked.returncode:
            raise DownloadFailed("the release file has no valid signature of Debian")

    def _get(self, path: str) -> bytes:
        request = urllib.request.Request(f"{self._url}/{path}", headers={"User-Agent": "paddleocr-service"})
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
                content = bytes(response.read(_MAX_BYTES + 1))
        except (urllib.error.URLError, OSError) as error:
            raise DownloadFailed(f"{self._url} cannot be reached ({getattr(error, 'reason', error)})") from error
        if len(content) > _MAX_BYTES:
            raise DownloadFailed(f"{path} is too large")
        return content


def _check(content: bytes, sha256: str, name: str) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DownloadFailed(f"{name} has a wrong checksum")


def _member(archive: bytes, prefix: str) -> bytes:
    """Return the content of the first member of an ``ar`` archive whose name has this prefix."""
    position = len(b"!<arch>\n")
    while position + 60 <= len(archive):
        header = archive[position : position + 60]
        name, size = header[:16].decode().strip(), int(header[48:58])
        if name.startswith(prefix):
            return archive[position + 60 : position + 60 + size]
        position += 60 + size + size % 2
    raise DownloadFailed(f"the package has no {prefix}")
