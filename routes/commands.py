"""The command line: `flask --app app …`, with the settings of the service."""

import json

import click
from flask import Blueprint
from flask.cli import AppGroup

from controllers import command_line
from routes.account_commands import accounts

blueprint = Blueprint("commands", __name__, cli_group=None)
dead_letters = AppGroup("dead-letters", help="List, show and replay dead letters: failed jobs whose file may be good.")
blueprint.cli.add_command(dead_letters)
blueprint.cli.add_command(accounts)


@blueprint.cli.command("webhook-secret")
def webhook_secret() -> None:
    """Print the secret that receivers use to verify webhooks."""
    click.echo(command_line.webhook_secret())


@dead_letters.command("list")
@click.option("--offset", default=0, type=click.IntRange(0, 1_000_000), show_default=True)
@click.option("--limit", default=50, show_default=True)
def list_dead_letters(offset: int, limit: int) -> None:
    """Print one line for each, newest first: job id, time, error codes, file name."""
    for line in command_line.dead_letter_lines(offset, limit):
        click.echo(line)


@dead_letters.command("show")
@click.argument("job_id")
def show_dead_letter(job_id: str) -> None:
    """Print a dead letter as JSON."""
    click.echo(json.dumps(command_line.dead_letter(job_id), indent=2))


@dead_letters.command("replay")
@click.argument("job_ids", nargs=-1, required=True)
def replay_dead_letters(job_ids: tuple[str, ...]) -> None:
    """Process these jobs again."""
    for job_id in job_ids:
        click.echo(f"{command_line.replay(job_id)}  queued")
