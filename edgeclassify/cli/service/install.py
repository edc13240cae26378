"""`edgeclassify service install`: the service on this machine, without a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from edgeclassify.service.installing.environment import Swap


@click.command(short_help="Install it, or upgrade it.")
@click.option("--dry-run", is_flag=True, help="Show every file with its text, and change nothing.")
@click.option("--start", is_flag=True, help="Start it now and at each boot, where its config has no faults.")
@click.option("--environment", type=click.Path(path_type=Path), hidden=True)
def install(dry_run: bool, start: bool, environment: Path | None) -> None:
    """Make what runs here a service of this machine: units, user, folders, a config, man pages, completions.

    A second time it upgrades. A config that is there is never changed; a service that runs is restarted. Where the
    service can't see this program (in a home folder), the program is copied to /opt/edgeclassify.

    Where a package of Debian has the service, apt is its installer.

    \b
    Example:  sudo edgeclassify service install
              edgeclassify service install --dry-run
    """
    from dataclasses import replace

    from edgeclassify import __version__
    from edgeclassify.cli.service.documents import documents
    from edgeclassify.service.installing import whereabouts
    from edgeclassify.service.installing.environment import HOME, STAGED, drop
    from edgeclassify.service.installing.install import Installation
    from edgeclassify.service.installing.refusals import check_machine, check_python
    from edgeclassify.service.places import CONFIG
    from edgeclassify.service.systemctl import systemd_version

    if not dry_run:
        check_machine("service install")
    check_python("service install")
    command = whereabouts.command_here()
    hidden = None if environment is not None else whereabouts.obstacle(command)
    if environment is not None or hidden is not None:
        command = HOME / "bin/edgeclassify"
    installation = Installation(command, systemd_version(), documents(), None, tell=click.echo)
    if dry_run:
        if hidden is not None:
            click.echo(f"copied: the program, to {HOME}: the service can't see {hidden}")
        for line in installation.shown():
            click.echo(line)
        return
    try:
        replace(installation, swap=_swap(environment, hidden)).carry_out()
    finally:
        if environment is None and hidden is not None:
            drop(STAGED)  # where it was put in its place, there is nothing
    click.echo(f"installed: edgeclassify {__version__}, {command}")
    if start:
        _start()
    else:
        click.echo(
            f"next: sudo nano {CONFIG} && sudo edgeclassify check && sudo systemctl enable --now edgeclassify"
        )


def _swap(environment: Path | None, hidden: Path | None) -> Swap | None:
    """The environment that is to be put in place, staged; None where the program stays where it is."""
    from edgeclassify.service.installing.environment import HOME, Swap
    from edgeclassify.service.installing.refusals import check_room
    from edgeclassify.service.installing.running_copy import stage_running

    if environment is not None:
        return Swap(staged=environment)
    if hidden is None:
        return None
    HOME.parent.mkdir(parents=True, exist_ok=True)
    check_room("service install", HOME.parent)
    click.echo(f"the service can't see {hidden}: the program is copied to {HOME}")
    stage_running()
    return Swap()


def _start() -> None:
    """Raises ConfigError where it would not start."""
    from edgeclassify.cli.check import check
    from edgeclassify.service.places import CONFIG, UNIT
    from edgeclassify.service.systemctl import systemctl

    click.get_current_context().invoke(check, file=CONFIG)
    systemctl("enable", "--now", UNIT)
    click.echo(f"{UNIT} runs, now and after each boot")
