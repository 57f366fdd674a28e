"""The verification code in docs/webhooks.md works."""

import re
import time
from pathlib import Path

import pytest

from services.webhooks.signing import Signer, derived_secret

GUIDE = (Path(__file__).parents[4] / "docs/webhooks.md").read_text()
OLD, SECRET = derived_secret("old"), derived_secret("new")
BODY = b'{"type": "job.completed"}'


@pytest.fixture
def verified():
    """The function `verified(headers, body, secret)` of the guide."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    namespace = {}
    exec(code, namespace)
    return namespace["verified"]


@pytest.mark.parametrize("secrets", [(SECRET,), (OLD, SECRET)])
def test_guide_accepts_messages_signed_with_one_or_two_secrets(verified, secrets):
    headers = Signer(secrets).headers("id", int(time.time()), BODY)
    assert verified(headers, BODY, SECRET) == {"type": "job.completed"}


@pytest.mark.parametrize(
    ("secret", "body", "age"), [(OLD, BODY, 0), (SECRET, BODY + b" ", 0), (SECRET, BODY, 301), (SECRET, BODY, -310)]
)
def test_guide_rejects_wrong_secret_changed_body_and_wrong_time(verified, secret, body, age):
    headers = Signer((SECRET,)).headers("id", int(time.time()) - age, BODY)
    with pytest.raises(ValueError):
        verified(headers, body, secret)
