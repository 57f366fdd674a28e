"""Commands for operators: `flask --app app …`, with the settings of the service."""

from __future__ import annotations

import click
from flask import Blueprint

from controllers import webhook_controller

blueprint = Blueprint("commands", __name__, cli_group=None)


@blueprint.cli.command("webhook-secret")
def webhook_secret() -> None:
    """Print what receivers verify webhooks with."""
    click.echo(webhook_controller.secret())
