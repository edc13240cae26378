"""`edgeclassify fleet models`: which models run where."""

from __future__ import annotations

import json
from typing import Any

import click

from edgeclassify.cli.support.fleet.options import given_of, looking_options
from edgeclassify.errors import ExitStatus


@click.command(short_help="Which models run where, and which nodes have another file.")
@looking_options
def models(**options: Any) -> int:
    """Show the models of the nodes, each with its file's checksum, its runtime, and who runs it.

    Exit status 1 where nodes run different files under one name.

    \b
    Example:  edgeclassify fleet models --host broker.local
              edgeclassify fleet models --host broker.local --where 'name=north-*' --json
    """
    given = given_of(options)
    selection = given.selection("fleet models", needed=False)
    from edgeclassify.cli.reports.fleet import models_json, print_models
    from edgeclassify.cli.support.fleet.nodes import chosen_nodes
    from edgeclassify.fleet.model_kinds import model_kinds

    with chosen_nodes("fleet models", given, selection) as (link, chosen):
        told = {name: found for name in chosen.nodes if (found := link.known.models(name)) is not None}
    kinds, untold = model_kinds(told), [name for name in chosen.nodes if name not in told]
    if given.as_json:
        click.echo(json.dumps(models_json(kinds, untold), indent=2))
    else:
        print_models(kinds, untold)
    return ExitStatus.SOME_FAILED if any(kind.differs for kind in kinds) else ExitStatus.OK
