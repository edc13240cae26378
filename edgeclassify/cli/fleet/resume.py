"""`edgeclassify fleet resume`: views that are classified again, on many nodes."""

from __future__ import annotations

from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, ordering_options


@click.command(short_help="Classify again.")
@click.option("--view", metavar="NAME", help="This view; default: all.")
@ordering_options
def resume(view: str | None, **options: Any) -> int:
    """Classify again, whatever paused it.

    \b
    Example:  edgeclassify fleet resume --host broker.local --where 'not enabled'
    """
    from edgeclassify.cli.fleet.steps.ordering import give_order
    from edgeclassify.fleet.orders import resume_order

    return give_order(resume_order(view), given_of(options))
