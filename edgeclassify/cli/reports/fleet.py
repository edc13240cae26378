"""What `fleet` shows: what came of an order, who is meant, which models run where."""

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from edgeclassify.cli.reports.tables import table_console
from edgeclassify.files import printable
from edgeclassify.fleet.interface import Outcome, Report
from edgeclassify.fleet.model_kinds import ModelKind
from edgeclassify.fleet.summary import as_json, groups
from edgeclassify.fleet.where.facts import Facts
from edgeclassify.watch.drawing.cells import NOTHING, age, decimal
from edgeclassify.watch.records import problems, recognised

_STYLES = {
    Outcome.DONE: "green",
    Outcome.REFUSED: "bold red",
    Outcome.SILENT: "bold red",
    Outcome.OFFLINE: "yellow",
    Outcome.NOT_ASKED: "yellow",
}
_NAMED = 8
"""Of more nodes only the first are named."""


def print_report(said: str, report: Report) -> None:
    """A row for each outcome and reason."""
    done = sum(one.outcome is Outcome.DONE for one in report.results)
    table = _table("outcome", "count", "why", "nodes")
    for group in groups(report):
        # Done is done: their names would only fill the screen.
        nodes = "" if group.outcome is Outcome.DONE else names(group.targets)
        table.add_row(
            Text(group.outcome, style=_STYLES[group.outcome]),
            Text(str(len(group.targets))),
            Text(printable(group.why)),
            Text(nodes),
        )
    console = table_console()
    console.print(table)
    console.print(Text(f"{printable(said)}: done by {done} of {len(report.results)}"))
    if report.stopped:
        console.print(Text(f"not all were asked: {printable(report.stopped)}", style="bold red"))


def print_report_json(said: str, report: Report) -> None:
    """One object."""
    click.echo(json.dumps(as_json(said, report), indent=2))


def print_meant(facts: Sequence[Facts]) -> None:
    """A row for each node."""
    table = _table("node", "status", "version", "models", "views", "shows", "°C", "heard", "problems")
    for one in facts:
        node = one.node
        online = {True: "online", False: "OFFLINE", None: NOTHING}[node.online]
        shown = [str(view.label) for view in node.views.values() if recognised(view)]
        models = [model.name for model in one.models or ()]
        cells = (
            node.name,
            online,
            node.version or NOTHING,
            _joined(models),
            _joined(one.views or ()),
            _joined(shown),
            decimal(node.temperature_c),
            NOTHING if node.heard_at is None else age(one.now - node.heard_at),
            _joined([problem for problem in problems(node) if problem != "offline"]),
        )
        style = "" if node.online is not False else "dim"
        table.add_row(*(Text(printable(cell), style=style) for cell in cells))
    table_console().print(table)


def meant_json(facts: Sequence[Facts]) -> list[dict[str, Any]]:
    """The nodes as plain values; null where a node has not said."""
    return [
        {
            "node": one.node.name,
            "online": one.node.online,
            "version": one.node.version,
            "models": None if one.models is None else [model.name for model in one.models],
            "views": None if one.views is None else list(one.views),
            "labels": {view.name: view.label for view in one.node.views.values()},
            "temperature_c": one.node.temperature_c,
            "silent_s": None if one.node.heard_at is None else round(max(0.0, one.now - one.node.heard_at), 1),
            "problems": problems(one.node),
        }
        for one in facts
    ]


def print_models(kinds: Sequence[ModelKind], untold: Sequence[str]) -> None:
    """A row for each model, file and runtime."""
    table = _table("model", "sha256", "runtime", "count", "nodes")
    for kind in kinds:
        style = "bold yellow" if kind.differs else ""
        cells = (
            kind.model.name,
            kind.model.sha256[:12],
            kind.model.runtime,
            str(len(kind.nodes)),
            names(kind.nodes),
        )
        table.add_row(*(Text(printable(cell), style=style) for cell in cells))
    console = table_console()
    console.print(table)
    for kind in kinds:
        if kind.differs:
            others = "as many others" if kind.tied else "most"
            text = (
                f"{kind.model.name}: {names(kind.nodes)} run another file than {others} ({kind.model.sha256[:12]})"
            )
            console.print(Text(printable(text), style="bold yellow"))
    if untold:
        console.print(Text(f"nothing is known of: {names(untold)}"))


def models_json(kinds: Sequence[ModelKind], untold: Sequence[str]) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "models": [
            {
                "name": kind.model.name,
                "sha256": kind.model.sha256,
                "runtime": kind.model.runtime,
                "differs": kind.differs,
                "nodes": list(kind.nodes),
            }
            for kind in kinds
        ],
        "untold": list(untold),
    }


def names(found: Sequence[object]) -> str:
    """Of very many only the first."""
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(printable(str(one)) for one in found[:_NAMED]) + more


def _joined(texts: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(texts)) or NOTHING


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        right = column in ("count", "°C", "heard")
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table
