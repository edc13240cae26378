"""`edgeclassify teach NAME list`: the classes, how good they are, and what is missing."""

from __future__ import annotations

import json

import click

from edgeclassify.cli.support.teaching.model_name import pass_name


@click.command("list", short_help="The classes, how good they are, what is missing.")
@click.option("--examples", is_flag=True, help="Each example too, in a line.")
@click.option("--label", metavar="LABEL", help="With --examples: of this class alone; unknown: of none.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_name
def list_(name: str, examples: bool, label: str | None, as_json: bool) -> None:
    """Show the classes of the model: their examples, how many are answered right when left out, what is missing.

    \b
    Example:  edgeclassify teach gate list
              edgeclassify teach gate list --examples --label open
              edgeclassify teach gate list --json | jq -r '.missing[].text'
    """
    from edgeclassify.cli.reports.teaching import manifest_record, print_examples, print_manifest
    from edgeclassify.cli.support.teaching.labels import said_label
    from edgeclassify.teaching.coverage import lacks
    from edgeclassify.teaching.teacher import Teacher

    manifest = Teacher(name).manifest()
    missing = lacks(manifest)
    wanted = [one for one in manifest.examples if label is None or one.label == said_label(label)]
    if as_json:
        click.echo(json.dumps(manifest_record(manifest, missing, wanted if examples else None), indent=2))
        return
    print_manifest(manifest, missing)
    if examples:
        click.echo()
        print_examples(wanted)
