"""`edgeclassify fleet set`: an option of a view, on many nodes."""

from __future__ import annotations

from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, ordering_options


@click.command("set", short_help="Set an option of a view on many nodes.")
@click.argument("option", metavar="[VIEW.]OPTION")
@click.argument("value")
@ordering_options
def set_(option: str, value: str, **options: Any) -> int:
    """Set an option of a view: enabled (on, off), threshold (0-1) or interval (seconds).

    VIEW may be left out where nodes have one view; *.OPTION is that of every view of a node. It holds until the
    config of the node says something new.

    \b
    Example:  edgeclassify fleet set gate.threshold 0.7 --host broker.local --where 'name=north-*'
              edgeclassify fleet set '*.interval' 2 --host broker.local --all --wait 600
              edgeclassify fleet set yard.enabled off --host broker.local --node porch --node barn
    """
    from edgeclassify.cli.fleet.steps.ordering import give_order
    from edgeclassify.fleet.orders import set_order

    return give_order(set_order(option, value), given_of(options))
