"""What docs/webhooks.md tells receivers to do works."""

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
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    namespace = {}
    exec(code, namespace)
    return namespace["verified"]


def test_the_guide_verifies_what_we_sign_with_one_secret_or_two(verified):
    for secrets in ((SECRET,), (OLD, SECRET)):
        assert verified(Signer(secrets).headers("id", int(time.time()), BODY), BODY, SECRET) == {
            "type": "job.completed"
        }


@pytest.mark.parametrize(
    ("secret", "body", "late"), [(OLD, BODY, 0), (SECRET, BODY + b" ", 0), (SECRET, BODY, 301), (SECRET, BODY, -310)]
)
def test_the_guide_refuses_everything_else(verified, secret, body, late):
    headers = Signer((SECRET,)).headers("id", int(time.time()) - late, BODY)
    with pytest.raises(ValueError):
        verified(headers, body, secret)
