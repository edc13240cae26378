"""`edgeclassify web password`: the password that opens the page."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from edgeclassify.cli.support.config_option import config_option
from edgeclassify.errors import UsageError
from edgeclassify.service.places import unit_name


@click.command(short_help="Make the password that opens the page.")
@config_option
@click.option(
    "--new", is_flag=True, help="Another one in place of that which is there: all browsers are logged out."
)
@click.option("--own", is_flag=True, help="One of your own: it is asked for, or the first line of standard input.")
@click.option(
    "--if-needed",
    is_flag=True,
    help="Do nothing where there is one, or where the config lets nobody but this machine reach the page.",
)
def password(path: Path, new: bool, own: bool, if_needed: bool) -> None:
    """Make a password for the page, and show it this once: it is kept in a form that can't be turned back.

    A page that is served takes it at once. The password is a line on standard output; all else goes to standard
    error.

    \b
    Example:  sudo edgeclassify web password
              edgeclassify web password --config edgeclassify.toml --own
    """
    from edgeclassify.preflight.page_access import page_access
    from edgeclassify.web.safety.passwords import new_password, password_hash

    access = page_access(path)
    before = access.read(anew=new)
    if if_needed and (before.password or not (access.config.web.enabled and access.config.web.is_open)):
        return
    if before.password and not new:
        raise UsageError(
            f"{access.path}: there is a password already, which can't be shown again. --new makes another one, "
            "and logs all browsers out."
        )
    chosen = _own_password() if own else new_password()
    access.write(replace(before, password=password_hash(chosen)))
    click.echo(f"{access.path}: written. The password of {access.config.web.address}, shown this once:", err=True)
    click.echo("(your own)" if own else chosen, err=own)
    if not access.config.web.enabled:
        click.echo(f"There is no page yet: set web.enabled = true in {path}.", err=True)
    elif access.config.web.is_open and not before.password:
        verb = "reload" if access.group is None else "restart"
        if access.group is not None:
            _settle(path)
        click.echo(f"A daemon that runs serves the page after: sudo systemctl {verb} {unit_name(path)}", err=True)


def _settle(path: Path) -> None:
    """The machine around the service's config: it may listen on a new port after that, from its next start on."""
    from edgeclassify.errors import EdgeClassifyError
    from edgeclassify.service.settling import settle
    from edgeclassify.service.systemctl import reload_units

    try:
        lines = settle(path)
        if lines:
            reload_units()
    except EdgeClassifyError as error:
        click.echo(f"{error}", err=True)
        return
    for line in lines:
        click.echo(line, err=True)


def _own_password() -> str:
    from edgeclassify.web.safety.passwords import LEAST_LETTERS, MOST_LETTERS

    if sys.stdin is not None and sys.stdin.isatty():
        said = str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        said = "" if sys.stdin is None else sys.stdin.readline().rstrip("\r\n")
    if not LEAST_LETTERS <= len(said) <= MOST_LETTERS:
        raise UsageError(
            f"--own: expected a password of {LEAST_LETTERS} to {MOST_LETTERS} letters, found {len(said)}. Several "
            "words are good, and easy to type."
        )
    return said
