"""Signatures of upload addresses: for exactly what was announced, and for nobody without the secret."""

import pytest

from services.storage import UploadSignature

ANNOUNCED = ("job", 7, "image/png", 1000)


def test_what_was_signed_is_valid():
    signature = UploadSignature("secret").sign(*ANNOUNCED)
    assert len(signature) == 64
    assert UploadSignature("secret").verify(signature, *ANNOUNCED)


@pytest.mark.parametrize("place", range(4))
def test_nothing_of_it_can_be_changed(place):
    signature = UploadSignature("secret").sign(*ANNOUNCED)
    other = list(ANNOUNCED)
    other[place] = other[place] + (1 if isinstance(other[place], int) else "x")
    assert not UploadSignature("secret").verify(signature, *other)


@pytest.mark.parametrize("given", ["", "0" * 64, "ä"])
def test_what_is_no_signature_is_none(given):
    assert not UploadSignature("secret").verify(given, *ANNOUNCED)


def test_another_secret_signs_otherwise():
    assert not UploadSignature("secret").verify(UploadSignature("other").sign(*ANNOUNCED), *ANNOUNCED)
