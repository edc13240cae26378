"""`edgeclassify service …`: the service on this machine; a module for each of its commands."""

from __future__ import annotations

import click

from edgeclassify.cli.support.lazy_group import LazyGroup

NAMES = ("settle", "files", "forget-node")
"""In the order of the help; each is a module beside this one."""


@click.group(cls=LazyGroup, package=__name__, names=NAMES, short_help="The service on this machine.")
def service() -> None:
    """The service that systemd runs on this machine."""
