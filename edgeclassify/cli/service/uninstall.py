"""`edgeclassify service uninstall`: what `service install` put on this machine, taken away."""

from __future__ import annotations

import click


@click.command(short_help="Remove it; config and state stay.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and change nothing.")
@click.option("--purge", is_flag=True, help="Configs, passwords, events, pictures and what was taught go, too.")
def uninstall(dry_run: bool, purge: bool) -> None:
    """Stop the service, take back what its node has left on the broker, and remove it from this machine.

    Configs, passwords and all that the service keeps stay, unless with --purge. Where the broker can't be reached
    that is said, and the rest goes on.

    \b
    Example:  sudo edgeclassify service uninstall
    """
    from edgeclassify.cli.service.documents import documents
    from edgeclassify.cli.service.forget_node import forget_node
    from edgeclassify.service.installing import uninstall as uninstalling
    from edgeclassify.service.installing.refusals import check_machine

    documents_there = [file.path for file in documents()]
    nodes = uninstalling.configs()
    if dry_run:
        for path in uninstalling.there(nodes, documents_there, purge=purge):
            click.echo(f"would be removed: {path}")
        return
    check_machine("service uninstall")
    uninstalling.stop(nodes)
    for config in nodes:
        click.get_current_context().invoke(forget_node, path=config)
    uninstalling.remove(nodes, documents_there, click.echo)
    if purge:
        uninstalling.purge(nodes, click.echo)
