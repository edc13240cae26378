"""`edgeclassify service …`: the service on this machine; a module for each of its commands."""

from __future__ import annotations

import click

from edgeclassify.cli.support.lazy_group import LazyGroup

NAMES = ("install", "uninstall", "status", "settle", "files", "forget-node")
"""In the order of the help; each is a module beside this one."""


@click.group(cls=LazyGroup, package=__name__, names=NAMES, short_help="The service on this machine.")
def service() -> None:
    """The service that systemd runs on this machine: put here, looked at, taken away.

    Where Debian's package has brought it, apt installs and removes it; status and settle are for both.

    \b
    Example:  sudo edgeclassify service install
              edgeclassify service status
              sudo edgeclassify service uninstall
    """
