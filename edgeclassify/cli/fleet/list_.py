"""`edgeclassify fleet list`: which nodes are meant, and how they are."""

from __future__ import annotations

import json
from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, looking_options

_TOPICS = ("health", "+/state", "+/availability", "+/problems")


@click.command("list", short_help="Which nodes are meant by --where, and how they are.")
@looking_options
def list_(**options: Any) -> None:
    """Show the nodes that are meant, or all: what a selection means before something is ordered of it.

    --where takes tests, with and, or, not and brackets between them. A test is FIELD=VALUE, also with != < <= >
    and >=, or alone a field that is yes or no. Text is compared as a pattern with * and ?. VIEW.FIELD is that of
    one view; else it is enough that one view has it. What a node has not said makes no test true, and none false.
    docs/fleet-orders.md has all fields.

    \b
    Example:  edgeclassify fleet list --host broker.local
              edgeclassify fleet list --host broker.local --where 'version<1.5 and online'
              edgeclassify fleet list --where 'temperature>75 or silent>2h or problem'
              edgeclassify fleet list --where "gate.label='Egyptian cat'" --json | jq -r '.[].node'
    """
    given = given_of(options)
    selection = given.selection("fleet list", needed=False)
    from edgeclassify.cli.reports.fleet import meant_json, print_meant
    from edgeclassify.cli.support.fleet.nodes import chosen_nodes

    with chosen_nodes("fleet list", given, selection, _TOPICS) as (link, chosen):
        facts = [link.known.facts(name) for name in chosen.nodes]
    if given.as_json:
        click.echo(json.dumps(meant_json(facts), indent=2))
    else:
        print_meant(facts)
