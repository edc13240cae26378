"""`edgeclassify fleet announce`: many nodes say again what they are."""

from __future__ import annotations

from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, ordering_options


@click.command(short_help="Have many nodes say again all that a late subscriber must know.")
@ordering_options
def announce(**options: Any) -> int:
    """Say it again: status, state, options, discovery. For a broker that has lost what it had kept.

    \b
    Example:  edgeclassify fleet announce --host broker.local --all
    """
    from edgeclassify.cli.fleet.steps.ordering import give_order
    from edgeclassify.fleet.orders import announce_order

    return give_order(announce_order(), given_of(options))
