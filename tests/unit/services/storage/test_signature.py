"""Signatures of upload URLs are valid only for the announced values and with the secret."""

import pytest

from services.storage import UploadSignature

ANNOUNCED = ("job", 7, "image/png", 1000)


def test_signature_is_valid():
    signature = UploadSignature("secret").sign(*ANNOUNCED)
    assert len(signature) == 64
    assert UploadSignature("secret").verify(signature, *ANNOUNCED)


@pytest.mark.parametrize("index", range(4))
def test_no_signed_value_can_be_changed(index):
    signature = UploadSignature("secret").sign(*ANNOUNCED)
    other = list(ANNOUNCED)
    other[index] = other[index] + (1 if isinstance(other[index], int) else "x")
    assert not UploadSignature("secret").verify(signature, *other)


@pytest.mark.parametrize("signature", ["", "0" * 64, "ä"])
def test_invalid_signature_is_rejected(signature):
    assert not UploadSignature("secret").verify(signature, *ANNOUNCED)


def test_signature_of_another_secret_is_rejected():
    assert not UploadSignature("secret").verify(UploadSignature("other").sign(*ANNOUNCED), *ANNOUNCED)
