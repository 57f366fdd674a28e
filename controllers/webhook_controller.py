"""What receivers of webhooks need to know."""

from __future__ import annotations

from flask import current_app


def secret() -> str:
    """The secret that new receivers are given: the first one, where there are several."""
    return current_app.extensions["services"].webhook_signer.secrets[0]
