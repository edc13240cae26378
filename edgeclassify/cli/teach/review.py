"""`edgeclassify teach NAME review`: what the model was not sure of gets its label."""

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
    from edgeclassify.teaching.interface import Look

LIMIT = 30


@click.command(short_help="Label what the model was not sure of.")
@click.option("--view", metavar="NAME", help="Looks of this view alone.")
@click.option("--limit", type=click.IntRange(1, 200), default=LIMIT, show_default=True, help="At most so many.")
@click.option(
    "--label", "labelled", multiple=True, metavar="LOOK=LABEL", help="Label a look, without being asked."
)
@click.option("--discard", "discarded", multiple=True, type=int, metavar="LOOK", help="Throw a look away.")
@click.option(
    "--sheet",
    type=CONFIG_PATH,
    metavar="FILE.jpg",
    help="Where their pictures go; default: NAME-review.jpg, here.",
)
@click.option("--no-fit", is_flag=True, help="Do not fit the model afterwards.")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON object, and ask nothing.")
@config_option
@pass_name
def review(
    name: str,
    view: str | None,
    limit: int,
    labelled: Sequence[str],
    discarded: Sequence[int],
    sheet: Path | None,
    no_fit: bool,
    as_json: bool,
    path: Path,
) -> None:
    """Show what the views of the model were not sure of, the newest first, and ask what each of them is.

    The daemon keeps some of them, of different kinds: frames near the border of two classes, and unknown ones.
    Each answer counts at once, as a correction does; the model is fitted at the end.

    \b
    Example:  edgeclassify teach gate review
              edgeclassify teach gate review --label 214=open --discard 215
    """
    if as_json and (labelled or discarded):
        raise UsageError("teach: review: --json asks and changes nothing: leave --label and --discard out.")
    from edgeclassify.cli.support.teaching.look_file import looks_of
    from edgeclassify.cli.support.teaching.sheets import check_sheet_name, section_of_looks, write_sheet
    from edgeclassify.cli.teach.steps.labelling import wanted_answers
    from edgeclassify.cli.teach.steps.labelling_run import label_and_fit
    from edgeclassify.files import printable
    from edgeclassify.teaching.look_groups import LookGroup

    check_sheet_name(sheet)
    with looks_of(path) as looks:
        found = _unsure(name, view, limit, looks)
        if as_json:
            click.echo(json.dumps(_record(name, found), indent=2, ensure_ascii=False))
            return
        if not found:
            click.echo(f"{name}: nothing waits to be reviewed.")
            return
        asks = not (labelled or discarded) and sys.stdin.isatty()
        if sheet is None and asks and any(look.jpeg is not None for look in found):
            sheet = Path(f"{name}-review.jpg")
        click.echo(f"{name}: {len(found)} looks that it was not sure of")
        if sheet is not None:
            title = f"{name}: what is it?"
            write_sheet(sheet, [section_of_looks(found, looks, title)], of_groups=False)
            click.echo(f"Their pictures: {printable(sheet.absolute())}")
        wanted = wanted_answers("look", labelled, discarded, ())
        if not asks and not wanted:
            _list(found, looks)
        groups = [LookGroup((look,), (look,), 0) for look in found]
        label_and_fit(name, looks, "look", groups, wanted, asks=asks, fits=not no_fit)


def _unsure(name: str, view: str | None, limit: int, looks: LooksOfNode) -> list[Look]:
    """The newest of the views that decide by this model. Raises UsageError where there is no such view."""
    from edgeclassify.cli.support.teaching.look_file import view_named, views_that_use

    views = views_that_use(looks.config, name)
    if view is not None:
        views = (view_named(looks.config, view),)
    if not views:
        raise UsageError(
            f'{name}: expected a view that uses it, found none. Set model = "{name}" in its [[view]].'
        )
    found = [look for one in views for look in looks.store.unsure(one, limit)]
    return sorted(found, key=lambda look: -look.id)[:limit]


def _list(found: Sequence[Look], looks: LooksOfNode) -> None:
    from edgeclassify.cli.support.teaching.sheets import said_of

    for look in found:
        click.echo(f"  look {look.id}: {look.view}, {looks.moment(look.at)}: {said_of(look)}")


def _record(name: str, found: Sequence[Look]) -> dict[str, object]:
    from edgeclassify.contract.encoding import rfc3339

    return {
        "model": name,
        "looks": [
            {
                "look": look.id,
                "view": look.view,
                "at": rfc3339(look.at),
                "label": look.label,
                "score": None if look.score is None else round(look.score, 4),
                "brightness": round(look.brightness, 3),
            }
            for look in found
        ],
    }
