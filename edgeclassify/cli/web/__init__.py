"""`edgeclassify web …`: who may look at the page, and where it is; a module for each of its commands."""

from __future__ import annotations

import click

from edgeclassify.cli.support.lazy_group import LazyGroup

NAMES = ("password", "token", "address")
"""In the order of the help; each is a module beside this one."""


@click.group(cls=LazyGroup, package=__name__, names=NAMES, short_help="The page: who may look, and where it is.")
def web() -> None:
    """The page for browsers: the password that opens it, tokens for other programs, and its address.

    Whether there is a page, and who reaches it, is said in the config, section [web].

    \b
    Example:  sudo edgeclassify web password
              sudo edgeclassify web token home-assistant
              edgeclassify web address
    """
