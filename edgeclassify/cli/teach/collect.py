"""`edgeclassify teach NAME collect`: the daemon gathers different frames of a view, for hours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import config_option
from edgeclassify.cli.support.teaching.model_name import pass_name
from edgeclassify.errors import UsageError

if TYPE_CHECKING:
    from edgeclassify.cli.support.teaching.look_file import LooksOfNode
    from edgeclassify.teaching.looks.interface import Collection

HOURS = 24.0
MOST_HOURS = 24.0 * 31
MOST = 1000


@click.command(short_help="Let the daemon gather different frames of a view, for hours.")
@click.option("--view", metavar="NAME", help="The view; not needed where the config has only one.")
@click.option(
    "--hours",
    type=click.FloatRange(0, MOST_HOURS, min_open=True),
    metavar="HOURS",
    help="For how long; default: 24.",
)
@click.option("--most", type=click.IntRange(1, MOST), metavar="N", help="At most so many frames; default: 200.")
@click.option("--status", is_flag=True, help="Say how far it is.")
@click.option("--stop", is_flag=True, help="Gather no more; what there is stays.")
@click.option("--discard", is_flag=True, help="Gather no more, and throw away what was gathered.")
@config_option
@pass_name
def collect(
    name: str,
    view: str | None,
    hours: float | None,
    most: int | None,
    status: bool,
    stop: bool,
    discard: bool,
    path: Path,
) -> None:
    """Have the running daemon gather frames of a view that differ: mornings, noons and nights, all that happens.

    They are few, and as different as can be had, also in their hour and light; nothing else waits for it. A
    restart or a power cut does not end it. Label them afterwards, in groups: `teach NAME clusters`.

    \b
    Example:  edgeclassify teach gate collect --view front --hours 24
              edgeclassify teach gate collect --status
              edgeclassify teach gate clusters
    """
    if [status, stop, discard].count(True) > 1:
        raise UsageError("teach: collect: expected one of --status, --stop and --discard.")
    if (status or stop or discard) and (hours is not None or most is not None):
        raise UsageError("teach: collect: --hours and --most are for a collection that begins: leave them out.")
    if discard and view is not None:
        raise UsageError("teach: collect: --discard throws away what was gathered in all views: leave --view out.")
    from edgeclassify.cli.support.teaching.look_file import looks_of

    with looks_of(path, create=not (status or stop or discard)) as looks:
        if discard:
            count = len(looks.store.collected(name))
            looks.store.forget_collection(name)
            click.echo(f"{name}: {count} frames thrown away.")
        elif stop:
            _stop(name, view, looks)
        elif status:
            _tell(name, looks)
        else:
            _begin(name, view, HOURS if hours is None else hours, most, looks)


def _begin(name: str, view: str | None, hours: float, most: int | None, looks: LooksOfNode) -> None:
    from edgeclassify.cli.support.teaching.look_file import view_named
    from edgeclassify.model.taught.places import find_taught
    from edgeclassify.model.taught.words import checked_name
    from edgeclassify.publish.spool.numbers.lock import holder_of
    from edgeclassify.teaching.looks.interface import MOST_COLLECTED

    if find_taught(name) is None:
        checked_name(name)
    view = view_named(looks.config, view)
    begun = looks.store.begin_collection(name, view, hours * 3600, most or MOST_COLLECTED)
    click.echo(
        f"{name}: at most {begun.most} frames of {view} are gathered within {hours:g} h. How far it is: "
        f"edgeclassify teach {name} collect --status. Then: edgeclassify teach {name} clusters"
    )
    if holder_of(looks.folder) is None:
        click.echo("edgeclassify: the daemon does not run: it begins when that does", err=True)
    if not looks.keeps_pictures:
        click.echo(
            "edgeclassify: node.labels_only is true: they are gathered without pictures to look at", err=True
        )


def _stop(name: str, view: str | None, looks: LooksOfNode) -> None:
    if view is not None:
        from edgeclassify.cli.support.teaching.look_file import view_named

        view_named(looks.config, view)
    if not looks.store.end_collection(name, view):
        raise UsageError(f"{name}: expected a collection that goes on, found none.")
    _tell(name, looks)


def _tell(name: str, looks: LooksOfNode) -> None:
    found = looks.store.collections(name)
    if not found:
        raise UsageError(f"{name}: nothing is gathered. Begin: edgeclassify teach {name} collect --view VIEW")
    for one in found:
        click.echo(_in_words(one, looks))
    if any(one.count for one in found):
        click.echo(f"Label them: edgeclassify teach {name} clusters")


def _in_words(one: Collection, looks: LooksOfNode) -> str:
    ended = "goes on" if one.ended is None else f"ended: {one.ended}"
    spent = f"{min(one.watched_s, one.lasts_s) / 3600:.3g} of {one.lasts_s / 3600:.3g} h"
    return (
        f"{one.model}: {one.view}: {one.count} of at most {one.most} frames, {spent}, since "
        f"{looks.moment(one.begun_at)}; {ended}"
    )
