"""`edgeclassify fleet ping`: who answers."""

from __future__ import annotations

from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, ordering_options


@click.command(short_help="Who answers?")
@ordering_options
def ping(**options: Any) -> int:
    """Ask for an answer, and nothing else: who is silent though the broker takes it for online?

    \b
    Example:  edgeclassify fleet ping --host broker.local --where online
    """
    from edgeclassify.cli.fleet.steps.ordering import give_order
    from edgeclassify.fleet.orders import ping_order

    return give_order(ping_order(), given_of(options))
