"""Two spellings of one e-mail address are one account."""

import pytest

from services.accounts.email_address import normalised
from services.errors import InvalidOption


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Ann@Example.ORG", "ann@example.org"),
        ("  ann@example.org\t", "ann@example.org"),
        ("ａｎｎ@example.org", "ann@example.org"),  # full-width letters
        ("ann@BÜCHER.example.", "ann@xn--bcher-kva.example"),
        ("a.n+n@example.co.uk", "a.n+n@example.co.uk"),
    ],
)
def test_an_address_has_one_form(given, stored):
    assert normalised(given) == normalised(stored) == stored


@pytest.mark.parametrize(
    "given",
    [
        *("", "ann", "@example.org", "ann@", "ann@localhost", "ann@@example.org", "a b@example.org"),
        *("ann@exam ple.org", ".ann@example.org", "ann@-example.org", "ann@example..org", "ann\n@example.org"),
        *(
            "x" * 65 + "@example.org",
            "ann@" + "x" * 260 + ".org",
            "ann@" + ".".join(["x" * 60] * 5),
            "ann\0@example.org",
        ),
    ],
)
def test_what_is_no_address_is_rejected(given):
    with pytest.raises(InvalidOption):
        normalised(given)
