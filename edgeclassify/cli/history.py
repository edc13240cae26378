"""`edgeclassify history`: the events of this node, or of any on the broker."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import config_option
from edgeclassify.cli.support.names import check_name
from edgeclassify.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from edgeclassify.cli.support.history.sources import Ask
    from edgeclassify.config import Config
    from edgeclassify.types import HistoryQuery

LIMIT = 50
"""Events that are shown where nothing else is asked for."""
SHOWN = {"day": timedelta(days=13), "hour": timedelta(hours=23)}
"""Before today, or this hour: what an overview shows where nothing else is asked for."""


@click.command(short_help="The events of a node: what happened, and how often.")
@click.option("--view", metavar="NAME", help="Of this view alone.")
@click.option("--label", metavar="LABEL", help="Of this label alone.")
@click.option(
    "--type", "event_type", type=click.Choice(["start", "update", "lasting", "end"]), help="Of this kind alone."
)
@click.option(
    "--since", metavar="WHEN", help="From then on: 2026-11-29, '2026-11-29 14:30', 14:30, yesterday, 2h, 7d."
)
@click.option("--until", metavar="WHEN", help="Before then.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help=f"The newest N events; default: {LIMIT}.")
@click.option("--all", "everything", is_flag=True, help="All of them, however many.")
@click.option("--per", type=click.Choice(["day", "hour"]), help="How often labels started in each, as bars.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values, with a heading.")
@click.option("--node", metavar="NAME", help="Of this node, asked over MQTT; default: the file of this machine.")
@config_option
def history(
    view: str | None,
    label: str | None,
    event_type: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    everything: bool,
    per: str | None,
    as_json: bool,
    as_csv: bool,
    node: str | None,
    path: Path,
) -> None:
    """Show the newest events of this node, oldest first, with the pictures that were kept of them.

    It may run while the daemon does. With --node a node is asked over the broker of the config.

    \b
    Example:  edgeclassify history --since yesterday --type start
              edgeclassify history --label person --limit 5
              edgeclassify history --per day
              edgeclassify history --per hour --view gate --since today
              edgeclassify history --all --csv > events.csv
              edgeclassify history --node porch --json | jq -r .label
    """
    if as_json and as_csv:
        raise UsageError("history: --json and --csv exclude each other: expected one of them")
    if everything and limit is not None:
        raise UsageError("history: --all and --limit exclude each other: expected one of them")
    if per is not None and (everything or limit is not None or event_type not in (None, "start")):
        raise UsageError("history: --per counts starts: expected it without --all, --limit and another --type")
    check_name("history: --node", node)
    from edgeclassify.cli.support.history.moments import moment
    from edgeclassify.service.sandbox import config_seen
    from edgeclassify.types import EventType, HistoryQuery

    config, _ = config_seen(path)
    zone = config.node.zone
    now = datetime.now(zone)
    query = HistoryQuery(
        view=view,
        label=label,
        event_type=None if event_type is None else EventType(event_type),
        since=None if since is None else moment("--since", since, zone, now),
        until=None if until is None else moment("--until", until, zone, now),
    )
    with _source(config, path, node) as ask:
        if per is not None:
            _show_overview(ask, query, per, now, zone, as_json, as_csv)
        else:
            _show_events(ask, query, None if everything else limit or LIMIT, zone, as_json, as_csv)


def _source(config: Config, path: Path, node: str | None) -> AbstractContextManager[Ask]:
    from edgeclassify.cli.support.history.sources import files_of, node_of

    return files_of(config, path) if node is None else node_of(config, node)


def _show_events(
    ask: Ask, query: HistoryQuery, count: int | None, zone: tzinfo | None, as_json: bool, as_csv: bool
) -> None:
    from edgeclassify.cli.reports.history import CsvPrinter, TablePrinter, print_json
    from edgeclassify.cli.support.history.pages import every, newest

    print_page = print_json if as_json else CsvPrinter().print if as_csv else TablePrinter(zone).print
    is_empty = True
    for page in every(ask, query) if count is None else iter([newest(ask, query, count)]):
        if page or as_csv:
            print_page(page)
        is_empty &= not page
    if is_empty:
        click.echo(f"edgeclassify: no such event is in the history{_hint(ask, query)}", err=True)


def _show_overview(
    ask: Ask, query: HistoryQuery, per: str, now: datetime, zone: tzinfo | None, as_json: bool, as_csv: bool
) -> None:
    from dataclasses import replace

    from edgeclassify.cli.reports.history import print_counts, print_overview
    from edgeclassify.types import Period

    if query.since is None and query.until is None:
        whole = now.replace(minute=0, second=0, microsecond=0)
        begin = (whole.replace(hour=0) if per == "day" else whole) - SHOWN[per]
        query = replace(query, since=begin.timestamp())
    data = ask(replace(query, per=Period(per)))
    if as_json or as_csv:
        print_counts(data, as_csv=as_csv)
    else:
        print_overview(data, per, _title(query))
    if not data["counts"] and (hint := _hint(ask, query)):
        click.echo(f"edgeclassify: {hint.removeprefix('. ')}", err=True)


def _hint(ask: Ask, query: HistoryQuery) -> str:
    """A name of the history that may be meant where a view or label is asked for that is not in it."""
    from edgeclassify.contract.refusals import hint
    from edgeclassify.types import HistoryQuery, Period

    if query.view is None and query.label is None:
        return ""
    counts = ask(HistoryQuery(per=Period.DAY))["counts"]
    asked = (
        (query.view, sorted({one["view"] for one in counts})),
        (query.label, sorted({one["label"] for one in counts})),
    )
    return "".join(hint(name, known) for name, known in asked if name is not None and name not in known)


def _title(query: HistoryQuery) -> str:
    said: Sequence[str] = [word for word in (query.view, query.label) if word]
    return ", ".join(said) or "all views"
