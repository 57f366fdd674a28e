"""The command line, one more door: `flask webhook-secret`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from controllers import webhook_controller


@click.command("webhook-secret")
@with_appcontext
def webhook_secret() -> None:
    """What receivers verify webhooks with."""
    click.echo(webhook_controller.secret())
