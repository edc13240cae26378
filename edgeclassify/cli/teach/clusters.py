"""`edgeclassify teach NAME clusters`: what was collected, in groups; one answer labels a group."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH, config_option
from edgeclassify.cli.support.teaching.model_name import pass_name
from edgeclassify.errors import UsageError

if TYPE_CHECKING:
    from edgeclassify.cli.support.teaching.look_file import LooksOfNode
    from edgeclassify.teaching.look_groups import LookGroup

MOST_GROUPS = 50


@click.command(short_help="Label what was collected, a group of pictures at a time.")
@click.option("--view", metavar="NAME", help="Frames of this view alone.")
@click.option(
    "--groups",
    type=click.IntRange(1, MOST_GROUPS),
    metavar="N",
    help="So many groups; default: as many as it takes.",
)
@click.option(
    "--label", "labelled", multiple=True, metavar="GROUP=LABEL", help="Label a group, without being asked."
)
@click.option("--discard", "discarded", multiple=True, type=int, metavar="GROUP", help="Throw a group away.")
@click.option(
    "--sheet",
    type=CONFIG_PATH,
    metavar="FILE.jpg",
    help="Where their pictures go; default: NAME-groups.jpg, here.",
)
@click.option("--no-fit", is_flag=True, help="Do not fit the model afterwards.")
@click.option("--json", "as_json", is_flag=True, help="Print the groups as one JSON object, and ask nothing.")
@config_option
@pass_name
def clusters(
    name: str,
    view: str | None,
    groups: int | None,
    labelled: Sequence[str],
    discarded: Sequence[int],
    sheet: Path | None,
    no_fit: bool,
    as_json: bool,
    path: Path,
) -> None:
    """Show the frames that were collected, in groups that are alike, and ask for the label of each group.

    Of a group only frames that differ become examples. Their pictures are on one sheet, a row for each group. Each
    answer counts at once; the model is fitted at the end.

    \b
    Example:  edgeclassify teach gate clusters
              edgeclassify teach gate clusters --sheet /tmp/gate.jpg
              edgeclassify teach gate clusters --label 17=open --label 40=closed --discard 63
    """
    if as_json and (labelled or discarded):
        raise UsageError("teach: clusters: --json asks and changes nothing: leave --label and --discard out.")
    from edgeclassify.cli.support.teaching.look_file import looks_of, view_named
    from edgeclassify.cli.support.teaching.sheets import check_sheet_name, sections_of_groups, write_sheet
    from edgeclassify.cli.teach.steps.labelling import wanted_answers
    from edgeclassify.cli.teach.steps.labelling_run import label_and_fit
    from edgeclassify.teaching.look_groups import group_looks

    check_sheet_name(sheet)
    with looks_of(path) as looks:
        if view is not None:
            view_named(looks.config, view)
        found = looks.store.collected(name, view)
        if not found:
            raise UsageError(
                f"{name}: nothing was collected that waits for a label. Begin: edgeclassify teach {name} collect "
                "--view VIEW"
            )
        grouped = group_looks(found, groups, zone=looks.zone)
        if as_json:
            click.echo(json.dumps(_record(name, grouped), indent=2))
            return
        asks = not (labelled or discarded) and sys.stdin.isatty()
        if sheet is None and asks and any(look.jpeg is not None for look in found):
            sheet = Path(f"{name}-groups.jpg")
        if sheet is not None:
            write_sheet(sheet, sections_of_groups(grouped, looks), of_groups=True)
        _tell(name, grouped, looks, sheet)
        wanted = wanted_answers("group", labelled, discarded, ())
        label_and_fit(name, looks, "group", grouped, wanted, asks=asks, fits=not no_fit)


def _tell(name: str, groups: Sequence[LookGroup], looks: LooksOfNode, sheet: Path | None) -> None:
    from edgeclassify.cli.support.teaching.sheets import in_words
    from edgeclassify.files import printable

    count = sum(len(group.looks) for group in groups)
    click.echo(f"{name}: {count} frames in {len(groups)} groups")
    for group in groups:
        click.echo(f"  group {group.id}: {in_words(group, looks)}")
    if sheet is not None:
        click.echo(f"Their pictures: {printable(sheet.absolute())}")


def _record(name: str, groups: Sequence[LookGroup]) -> dict[str, object]:
    from edgeclassify.contract.encoding import rfc3339

    return {
        "model": name,
        "groups": [
            {
                "group": group.id,
                "count": len(group.looks),
                "dark": group.dark,
                "first": rfc3339(group.span[0]),
                "last": rfc3339(group.span[1]),
                "looks": [look.id for look in group.looks],
                "chosen": [look.id for look in group.chosen],
            }
            for group in groups
        ],
    }
