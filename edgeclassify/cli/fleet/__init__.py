"""`edgeclassify fleet …`: orders to many nodes over their broker; a module for each of its commands."""

from __future__ import annotations

import click

from edgeclassify.cli.support.lazy_group import LazyGroup

NAMES = ("list", "models", "set", "profile", "pause", "resume", "reload", "announce", "ping")
"""In the order of the help; each is a module beside this one."""


@click.group(cls=LazyGroup, package=__name__, names=NAMES, short_help="Orders to many nodes over their broker.")
def fleet() -> None:
    """Look at many nodes, and order something of those that are meant, over their broker.

    Who is meant says --where, an expression over what nodes say of themselves, --node or --all. An order without
    any of them is refused. Whatever is ordered is safe to order again. Exit status 1 where not all have done it,
    66 where nobody is meant.

    \b
    Example:  edgeclassify fleet list --host broker.local --where 'not online or problem'
              edgeclassify fleet set gate.threshold 0.7 --host broker.local --where 'name=north-* and online'
              edgeclassify fleet reload --host broker.local --all --canary 3 --stop-after 5
    """
