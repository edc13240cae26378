"""`edgeclassify fleet pause`: views that are left alone, on many nodes."""

from __future__ import annotations

from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, ordering_options


@click.command(short_help="Leave views of many nodes alone, for a while or until resume.")
@click.option("--view", metavar="NAME", help="This view; default: all.")
@click.option(
    "--for", "lasts", metavar="TIME", help="For so long (15m, 2h, 3d), also over a restart; default: until resume."
)
@ordering_options
def pause(view: str | None, lasts: str | None, **options: Any) -> int:
    """Classify no more: until `fleet resume` or a restart, or with --for as long as that.

    \b
    Example:  edgeclassify fleet pause --for 2h --host broker.local --where 'name=yard-*'
    """
    from edgeclassify.cli.fleet.steps.ordering import give_order
    from edgeclassify.cli.support.durations import duration
    from edgeclassify.fleet.orders import pause_order

    seconds = None if lasts is None else duration(lasts)
    return give_order(pause_order(view, seconds), given_of(options))
