"""`edgeclassify fleet profile`: a profile of their configs, on many nodes."""

from __future__ import annotations

from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, ordering_options


@click.command(short_help="Switch many nodes to a profile.")
@click.argument("name")
@ordering_options
def profile(name: str, **options: Any) -> int:
    """Switch to the profile NAME of their configs; none: to no profile.

    \b
    Example:  edgeclassify fleet profile holiday --host broker.local --where 'name=shop-*'
    """
    from edgeclassify.cli.fleet.steps.ordering import give_order
    from edgeclassify.fleet.orders import profile_order

    return give_order(profile_order(name), given_of(options))
