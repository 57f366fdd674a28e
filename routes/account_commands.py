"""The command line for accounts: `flask --app app accounts …`."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from controllers import account_command_line
from middleware.view_marks import View
from routes.schemas.accounts import MAX_LIMIT, SCOPES, STATUSES

accounts = AppGroup("accounts", help="Create, list, change, revoke and delete accounts and their API keys.")

LIMITS = {
    "requests-per-minute": "Requests that create work.",
    "pages-per-day": "Pages read per day (UTC).",
    "pages-per-month": "Pages read per month (UTC).",
    "concurrent-jobs": "Jobs that run or wait at a time.",
    "max-file-bytes": "Bytes of a file.",
}
ACCOUNT = click.argument("account_id")
SCOPE = click.option("--scope", "scopes", multiple=True, default=["read", "submit"], type=click.Choice(SCOPES))
EXPIRES = click.option("--expires", type=click.DateTime(), help="When the key expires, in UTC. Never by default.")


def _limit_options(view: View) -> View:
    """An option for each limit: a number, 0 for no limit, or `default`."""
    for name, text in LIMITS.items():
        view = click.option(f"--{name}", type=_Limit(), help=f"{text} 0: no limit.")(view)
    return view


class _Limit(click.ParamType[int | str]):
    name = "number|default"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        if value == "default":
            return "default"
        if not str(value).isdecimal() or int(value) > MAX_LIMIT:
            self.fail("must be a number that is not negative, or `default`.", param, ctx)
        return int(value)


def _given(limits: dict[str, int | str | None]) -> dict[str, int | None]:
    """The limits that were given; None for `default`."""
    return {name: value if isinstance(value, int) else None for name, value in limits.items() if value is not None}


@accounts.command("list")
@click.option("--status", default="", type=click.Choice(["", *STATUSES]), help="Only those with this status.")
@click.option("--offset", default=0, type=click.IntRange(0, 1_000_000), show_default=True)
@click.option("--limit", default=50, show_default=True)
def list_accounts(status: str, offset: int, limit: int) -> None:
    """Print one line for each, newest first: id, status, creation time, e-mail address."""
    for line in account_command_line.lines(status, offset, limit):
        click.echo(line)


@accounts.command("create")
@click.argument("email")
@click.option("--name", required=True)
@SCOPE
@EXPIRES
@_limit_options
def create(
    email: str, name: str, scopes: tuple[str, ...], expires: datetime | None, **limits: int | str | None
) -> None:
    """Create an account and print its API key, once."""
    _print(account_command_line.create(email, name, scopes, expires, _given(limits)))


@accounts.command("show")
@ACCOUNT
def show(account_id: str) -> None:
    """Print an account with its usage and keys."""
    _print(account_command_line.show(account_id))


@accounts.command("change")
@ACCOUNT
@click.option("--name")
@_limit_options
def change(account_id: str, name: str | None, **limits: int | str | None) -> None:
    """Change the name or the limits. They apply to the next request."""
    changes: dict[str, Any] = {**({"name": name} if name else {}), **_given(limits)}
    _print(account_command_line.change(account_id, changes))


def _status_command(action: str, text: str) -> Callable[..., None]:
    @accounts.command(action, help=text)
    @click.argument("account_ids", nargs=-1, required=True)
    def run(account_ids: tuple[str, ...]) -> None:
        for account_id in account_ids:
            click.echo(f"{account_id}  {account_command_line.set_status(account_id, action)}")

    return run


_status_command("approve", "Let the keys of registered accounts work.")
_status_command("revoke", "Reject the keys of these accounts until they are restored.")
_status_command("restore", "Let the keys of revoked accounts work again, except those that were revoked themselves.")


@accounts.command("add-key")
@ACCOUNT
@click.option("--name", default="further", show_default=True)
@SCOPE
@EXPIRES
def add_key(account_id: str, name: str, scopes: tuple[str, ...], expires: datetime | None) -> None:
    """Create a further API key and print it, once."""
    _print(account_command_line.add_key(account_id, name, scopes, expires))


@accounts.command("revoke-key")
@ACCOUNT
@click.argument("key_id")
def revoke_key(account_id: str, key_id: str) -> None:
    """Reject one API key from now on. KEY_ID is its id, not the key itself."""
    account_command_line.revoke_key(account_id, key_id)
    click.echo(f"{key_id}  revoked")


@accounts.command("export")
@ACCOUNT
def export(account_id: str) -> None:
    """Print what is stored about an account: usage, keys without their secrets, jobs, audit entries."""
    _print(account_command_line.export(account_id))


@accounts.command("delete")
@ACCOUNT
@click.confirmation_option(prompt="Delete the account with all its jobs, results and files?")
def delete(account_id: str) -> None:
    """Delete an account and all its data: keys, jobs, batches, results, files, dead letters, usage, audit entries."""
    click.echo(f"{account_id}  deleted, with {account_command_line.delete(account_id)} jobs")


@accounts.command("audit")
@click.option("--account", default="", help="Only entries of this account.")
@click.option("--limit", default=100, show_default=True)
def audit(account: str, limit: int) -> None:
    """Print changes of accounts and refused requests, newest first, one JSON object per line."""
    for entry in account_command_line.audit_entries(account, limit):
        click.echo(json.dumps(entry))


def _print(body: dict[str, Any]) -> None:
    click.echo(json.dumps(body, indent=2))
