"""Language data from a Debian mirror. The mirror is a folder with one package, made by the test."""

import hashlib
import io
import lzma
import tarfile

import pytest

from paddleocr_service.installer import InstallFailed, LanguageInstaller
from paddleocr_service.recognisers import debian_packages
from paddleocr_service.recognisers.debian_packages import DebianMirror, DownloadFailed
from tests.unit.paddleocr_service.recognisers.test_language_data import catalogue, nothing_else_installed  # noqa: F401

PATH = "pool/main/t/tesseract-lang/tesseract-ocr-vie_4.1.0-2_all.deb"
INDEX = "dists/stable/main/binary-all/Packages.xz"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def package(name, content):
    """A Debian package: an ar archive with three members, the last one a tar archive."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:xz") as tar:
        for path in (f"./usr/share/tesseract-ocr/5/tessdata/{name}", "./usr/share/doc/copyright", "./../../escape"):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    members = [("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), ("data.tar.xz", archive.getvalue())]
    result = b"!<arch>\n"
    for member, data in members:
        result += (
            f"{member:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
        )
    return result


class FolderMirror(DebianMirror):
    def __init__(self, files):
        super().__init__("https://mirror.example/debian")
        self.files = files
        self.requested = []

    def _get(self, path):
        self.requested.append(path)
        return self.files[path]

    def _verify(self, release):
        pass


@pytest.fixture
def files():
    deb = package("vie.traineddata", b"weights")
    entry = f"Package: tesseract-ocr-vie\nFilename: {PATH}\nSize: {len(deb)}\nSHA256: {sha256(deb)}\n\n"
    index = lzma.compress(f"Package: other\nFilename: other.deb\nSHA256: {'0' * 64}\n\n{entry}".encode())
    release = f"Suite: stable\nMD5Sum:\n 0 1 x\nSHA256:\n {sha256(index)} {len(index)} main/binary-all/Packages.xz\n"
    return {"dists/stable/InRelease": release.encode(), INDEX: index, PATH: deb}


def test_only_the_data_file_is_unpacked(files):
    assert list(FolderMirror(files).language_data("tesseract-ocr-vie")) == [("vie.traineddata", b"weights")]


def test_index_is_downloaded_once(files):
    mirror = FolderMirror(files)
    for _ in range(2):
        list(mirror.language_data("tesseract-ocr-vie"))
    assert mirror.requested.count(INDEX) == 1


@pytest.mark.parametrize("path", [INDEX, PATH])
def test_changed_file_is_refused(files, path):
    files[path] = files[path][:-1] + b"?"
    with pytest.raises(DownloadFailed, match="wrong checksum"):
        list(FolderMirror(files).language_data("tesseract-ocr-vie"))


def test_unknown_package_is_an_error(files):
    with pytest.raises(DownloadFailed, match="no package tesseract-ocr-xyz"):
        list(FolderMirror(files).language_data("tesseract-ocr-xyz"))


def test_unencrypted_mirror_without_a_signature_is_refused(monkeypatch):
    monkeypatch.setattr(debian_packages.shutil, "which", lambda _name: None)
    DebianMirror("https://mirror.example/debian")._verify(b"")
    with pytest.raises(DownloadFailed, match="signature cannot be verified"):
        DebianMirror("http://mirror.example/debian")._verify(b"")


@pytest.mark.parametrize("url", ["file:///etc", "mirror.example/debian", ""])
def test_other_addresses_are_refused(url):
    with pytest.raises(DownloadFailed, match="not an address"):
        DebianMirror(url)


def test_language_is_installed_into_the_model_folder(files, catalogue, tmp_path):  # noqa: F811
    (tmp_path / "models").mkdir()
    installer = LanguageInstaller(catalogue, FolderMirror(files))
    assert [message[:15] for message in installer.install(["vie", "vi", "en"])] == [
        "vi is installed",
        "en is already i",
    ]
    assert (tmp_path / "models" / "tessdata" / "vie.traineddata").read_bytes() == b"weights"
    assert catalogue.resolve("vi").names[-1] == "tesseract/vie"
    assert [path.name for path in (tmp_path / "models" / "tessdata").iterdir()] == ["vie.traineddata"]


def test_failed_installation_names_the_apt_command(catalogue):  # noqa: F811
    unreachable = DebianMirror("http://127.0.0.1:9/debian")
    with pytest.raises(InstallFailed, match=r"cannot be reached .*\. .*: apt install tesseract-ocr-vie$"):
        list(LanguageInstaller(catalogue, unreachable).install(["vi"]))


def test_hub_is_tried_once(monkeypatch, files, catalogue):  # noqa: F811
    tried = []

    def download(name, _catalogue):
        tried.append(name)
        raise InstallFailed("no hub")

    monkeypatch.setattr("paddleocr_service.installer._download", download)
    monkeypatch.setattr("paddleocr_service.installer.data_names", lambda lang: ("vie",))
    installer = LanguageInstaller(catalogue, FolderMirror(files))
    assert len(list(installer.install(["hi", "ta"]))) == 2
    assert tried == ["devanagari_PP-OCRv5_mobile_rec"]


def test_own_data_is_installed_even_if_the_script_has_data(files, catalogue, tmp_path):  # noqa: F811
    folder = tmp_path / "models" / "tessdata"
    folder.mkdir(parents=True)
    (folder / "Devanagari.traineddata").write_bytes(b"")
    installer = LanguageInstaller(catalogue, FolderMirror(files))
    assert list(installer.install(["bho"])) == ["bho is already installed: tesseract/Devanagari."]
    with pytest.raises(InstallFailed, match="tesseract-ocr-hin"):
        list(installer.install(["hi"]))
