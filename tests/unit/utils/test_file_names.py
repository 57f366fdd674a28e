"""Names of uploaded files."""

import pytest

from utils.file_names import plain_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("scan.pdf", "scan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
        ("a\r\nb\0.pdf", "ab.pdf"),
        ("Größe.png", "Größe.png"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("folder/", "unnamed"),
        ("", "unnamed"),
    ],
)
def test_folders_and_control_characters_are_removed(given, name):
    assert plain_name(given) == name
