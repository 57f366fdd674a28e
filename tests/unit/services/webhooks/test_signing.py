"""Signatures, verified with the library that receivers use."""

import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.webhooks.signing import Signer, derived_secret

OLD, NEW = (f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"o", b"n"))
BODY = '{"type":"job.completed","filename":"Übersicht.pdf"}'.encode()


def headers(*secrets, timestamp=None):
    return Signer(secrets).headers("msg_1", timestamp or int(time.time()), BODY)


def test_standard_webhooks_library_verifies_the_signature():
    assert Webhook(NEW).verify(BODY, headers(NEW))["filename"] == "Übersicht.pdf"


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (BODY + b" ", {}),
        (BODY, {"webhook-id": "msg_2"}),
        (BODY, {"webhook-timestamp": str(int(time.time()) - 10)}),
    ],
)
def test_no_signed_value_can_be_changed(body, changed):
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, headers(NEW) | changed)


def test_verification_fails_with_another_secret():
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, headers(NEW))


def test_old_and_new_secret_both_verify_during_a_change():
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(BODY, headers(NEW, OLD))


def test_secret_is_derived_from_the_secret_key():
    first, other = derived_secret("key one"), derived_secret("key two")
    assert first == derived_secret("key one") != other and "key one" not in first
    assert Webhook(first).verify(BODY, headers(first))
