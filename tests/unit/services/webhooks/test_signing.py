"""Signatures, verified by the library that receivers use."""

import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.webhooks.signing import Signer, derived_secret

OLD, NEW = (f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"o", b"n"))
BODY = '{"type":"job.completed","filename":"Übersicht.pdf"}'.encode()


def headers(*secrets, timestamp=None):
    return Signer(secrets).headers("msg_1", timestamp or int(time.time()), BODY)


def test_what_is_signed_is_verified_by_the_library_of_standard_webhooks():
    assert Webhook(NEW).verify(BODY, headers(NEW))["filename"] == "Übersicht.pdf"


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (BODY + b" ", {}),
        (BODY, {"webhook-id": "msg_2"}),
        (BODY, {"webhook-timestamp": str(int(time.time()) - 10)}),
    ],
)
def test_nothing_that_is_signed_can_be_changed(body, changed):
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, headers(NEW) | changed)


def test_another_secret_does_not_verify():
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, headers(NEW))


def test_while_secrets_are_changed_receivers_of_the_old_and_of_the_new_one_verify():
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(BODY, headers(NEW, OLD))


def test_a_secret_can_be_derived_from_the_secret_key():
    first, other = derived_secret("key one"), derived_secret("key two")
    assert first == derived_secret("key one") != other and "key one" not in first
    assert Webhook(first).verify(BODY, headers(first))
