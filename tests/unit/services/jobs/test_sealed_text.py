"""Sealed texts: only with the same secret, for the same job, and unchanged."""

import base64

import pytest

from services.jobs.sealed_text import BrokenSeal, Sealer

TEXT = "https://files.example.org/a.pdf?signature=0123456789"


def test_sealed_text_can_be_opened_and_not_read():
    sealed = Sealer("secret").seal(TEXT, "job")
    assert Sealer("secret").open(sealed, "job") == TEXT
    assert Sealer("secret").seal(TEXT, "job") != sealed
    assert b"signature" not in base64.b64decode(sealed)


def test_empty_text_stays_empty():
    assert Sealer("secret").seal("", "job") == Sealer("secret").open("", "job") == ""


@pytest.mark.parametrize(("secret", "job"), [("other", "job"), ("secret", "other")])
def test_other_secret_or_job_cannot_open_it(secret, job):
    with pytest.raises(BrokenSeal):
        Sealer(secret).open(Sealer("secret").seal(TEXT, "job"), job)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-4], lambda text: ("B" if text[0] == "A" else "A") + text[1:], lambda text: "\u00e9"]
)
def test_changed_text_cannot_be_opened(change):
    with pytest.raises(BrokenSeal):
        Sealer("secret").open(change(Sealer("secret").seal(TEXT, "job")), "job")
