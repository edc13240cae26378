"""`edgeclassify service status`: the service of this machine on one screen."""

from __future__ import annotations

import json

import click

from edgeclassify.errors import ExitStatus


@click.command(short_help="Is it installed, does it run, what did it say last?")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status(as_json: bool) -> int:
    """Show each node of this machine: is it installed, does it run, since when, what went wrong last.

    Exit status 0 where every node that starts at boot runs, else 1; 69 where there is no service. What is wrong
    with it and what to do: edgeclassify doctor.

    \b
    Example:  edgeclassify service status
              edgeclassify service status --json | jq '.nodes[0].active'
    """
    from dataclasses import asdict

    from edgeclassify.cli.reports.service_status import lines
    from edgeclassify.service.status import service_status

    found = service_status()
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        for line in lines(found):
            click.echo(line)
    return ExitStatus.OK if found.well else ExitStatus.SOME_FAILED
