"""`edgeclassify updates …`: signed configs and models for many nodes; a module for each of its commands."""

from __future__ import annotations

import click

from edgeclassify.cli.support.lazy_group import LazyGroup

NAMES = ("keygen", "sign", "verify", "status")
"""In the order of the help; each is a module beside this one."""


@click.group(cls=LazyGroup, package=__name__, names=NAMES, short_help="Signed configs and models for many nodes.")
def updates() -> None:
    """Sign a config and models on your computer: nodes fetch them, try them, and undo what does not do well.

    Nodes look for them where their config has a section [updates].

    \b
    Example:  edgeclassify updates keygen fleet.key
              edgeclassify updates sign release --key fleet.key --percent 10
              edgeclassify updates status
    """
