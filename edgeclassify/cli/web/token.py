"""`edgeclassify web token`: tokens by which other programs look at the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import config_option
from edgeclassify.errors import UsageError

if TYPE_CHECKING:
    from edgeclassify.preflight.page_access import PageAccess


@click.command(short_help="Make a token for another program.")
@click.argument("name", required=False)
@config_option
@click.option("--may-change", is_flag=True, help="It may also change things; without, it may only look.")
@click.option("--new", is_flag=True, help="Another one in place of that of this name.")
@click.option("--remove", is_flag=True, help="Remove that of this name: it is refused from now on.")
def token(name: str | None, path: Path, may_change: bool, new: bool, remove: bool) -> None:
    """Make a token for a program, which you call NAME, and show it this once. Without NAME: list those there are.

    A program says it as "Authorization: Bearer TOKEN", or as the password of Basic with any user.

    \b
    Example:  sudo edgeclassify web token home-assistant
              curl -H "Authorization: Bearer ect_…" http://gatecam.local:8080/api/now
    """
    from edgeclassify.preflight.page_access import page_access

    access = page_access(path)
    if name is None:
        if may_change or new or remove:
            raise click.UsageError("Missing argument 'NAME': which token is meant.")
        _list(access)
    elif remove:
        _remove(access, name)
    else:
        _make(access, name, may_change=may_change, new=new)


def _list(access: PageAccess) -> None:
    for name, one in sorted(access.read().tokens.items()):
        click.echo(f"{name}: may {'look and change' if one.may_change else 'look'}")


def _remove(access: PageAccess, name: str) -> None:
    before = access.read()
    if name not in before.tokens:
        raise UsageError(
            f"{name}: expected the name of a token, found none of: {', '.join(before.tokens) or 'no tokens'}"
        )
    access.write(before.without_token(name))
    click.echo(f"{name}: removed", err=True)


def _make(access: PageAccess, name: str, *, may_change: bool, new: bool) -> None:
    from edgeclassify.web.safety.passwords import new_token

    if not name.isprintable() or not 1 <= len(name) <= 60:
        raise UsageError(f"{name!a}: expected a name of 1 to 60 letters")
    before = access.read()
    if name in before.tokens and not new:
        raise UsageError(f"{name}: there is one, which can't be shown again. --new makes another one.")
    made = new_token()
    access.write(before.with_token(name, made, may_change=may_change))
    click.echo(f"{access.path}: written. The token of {name}, shown this once:", err=True)
    click.echo(made)
