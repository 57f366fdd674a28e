"""The command line, one more door: `flask --app app …`, with the settings of the service."""

from __future__ import annotations

import json

import click
from flask import Blueprint
from flask.cli import AppGroup

from controllers import command_line

blueprint = Blueprint("commands", __name__, cli_group=None)
dead_letters = AppGroup("dead-letters", help="Jobs that were given up: look at them, work on them once more.")
blueprint.cli.add_command(dead_letters)


@blueprint.cli.command("webhook-secret")
def webhook_secret() -> None:
    """Print what receivers verify webhooks with."""
    click.echo(command_line.webhook_secret())


@dead_letters.command("list")
@click.option("--offset", default=0, show_default=True)
@click.option("--limit", default=50, show_default=True)
def list_dead_letters(offset: int, limit: int) -> None:
    """A line for each, newest first: id, since when, faults, file."""
    for line in command_line.dead_letter_lines(offset, limit):
        click.echo(line)


@dead_letters.command("show")
@click.argument("job_id")
def show_dead_letter(job_id: str) -> None:
    """All that is known of one, as JSON."""
    click.echo(json.dumps(command_line.dead_letter(job_id), indent=2))


@dead_letters.command("replay")
@click.argument("job_ids", nargs=-1, required=True)
def replay_dead_letters(job_ids: tuple[str, ...]) -> None:
    """Work on these once more."""
    for job_id in job_ids:
        click.echo(f"{command_line.replay(job_id)}  queued")
