"""`edgeclassify fleet reload`: many nodes read their configs again."""

from __future__ import annotations

from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, ordering_options


@click.command(short_help="Have many nodes read their configs again.")
@ordering_options
def reload(**options: Any) -> int:
    """Read the config again. A node whose config is bad refuses, says why, and goes on with what it had.

    \b
    Example:  edgeclassify fleet reload --host broker.local --all --canary 3 --stop-after 5
    """
    from edgeclassify.cli.fleet.steps.ordering import give_order
    from edgeclassify.fleet.orders import reload_order

    return give_order(reload_order(), given_of(options))
