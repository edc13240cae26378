"""What `replay` shows: an object or a line for each event, and figures of the whole."""

import json
from collections.abc import Mapping
from typing import Any

import click
from rich.table import Table

from edgeclassify.cli.reports.tables import table_console
from edgeclassify.contract.bodies.event import Why
from edgeclassify.files import printable
from edgeclassify.recording.replay.judgement import NOTHING_JUDGED, Judgement
from edgeclassify.recording.replay.tally import ReplayedEvent, ViewTally
from edgeclassify.types import EventType


def event_record(one: ReplayedEvent, streams: bool) -> dict[str, Any]:
    """The JSON object of an event. `streams`: its view is the number of a stream."""
    event = one.event
    return {
        "event_type": str(event.event_type),
        "t": round(one.t, 3),
        **({"stream": int(one.view)} if streams else {"view": one.view, "id": event.id}),
        "label": event.label,
        "index": one.index,
        "score": round(event.score, 4),
        "why": Why.of(event.why).content(),
    }


def summary_record(
    views: Mapping[str, ViewTally], judged: Mapping[str, Judgement], streams: bool, as_live: bool | None
) -> dict[str, Any]:
    """The last object: figures of the whole, and of each view. Of what nobody knows there is no key."""
    whole = {**_figures(list(views.values())), **_judged(sum(judged.values(), NOTHING_JUDGED) if judged else None)}
    each = {name: {**_figures([one]), **_judged(judged.get(name))} for name, one in views.items()}
    found: dict[str, Any] = whole | ({} if as_live is None else {"as_live": as_live})
    return {"summary": found | {"streams" if streams else "views": each}}


def _figures(views: list[ViewTally]) -> dict[str, Any]:
    hours = sum(one.lasted_s for one in views) / 3600
    flaps = sum(one.flaps for one in views)
    return {
        "hours": round(hours, 4),
        "inputs": sum(one.inputs for one in views),
        "frames": sum(one.frames for one in views),
        "starts": sum(one.count(EventType.START) for one in views),
        "updates": sum(one.count(EventType.UPDATE) for one in views),
        "lasting": sum(one.count(EventType.LASTING) for one in views),
        "ends": sum(one.count(EventType.END) for one in views),
        "flaps": flaps,
        "flaps_per_hour": round(flaps / hours, 2) if hours else 0.0,
    }


def _judged(judgement: Judgement | None) -> dict[str, Any]:
    if judgement is None:
        return {}
    delay_s = judgement.mean_delay_s
    return {
        "scenes": judgement.scenes,
        "missed": judgement.missed,
        "delay_s": None if delay_s is None else round(delay_s, 3),
        "extra_starts": judgement.extra,
        "extra_starts_per_hour": round(judgement.extra_per_hour, 2),
        "false_starts_per_hour": round(judgement.false_per_hour, 2),
        "repeated_starts_per_hour": round(judgement.repeated_per_hour, 2),
    }


def print_record(record: dict[str, Any]) -> None:
    """One line of JSON."""
    click.echo(json.dumps(record))


def print_event(one: ReplayedEvent, sentence: str) -> None:
    """A line for people."""
    event = one.event
    click.echo(
        f"{one.t:10.2f} s  {one.view}  {event.event_type} {printable(event.label)} {event.score:.2f}  {sentence}"
    )


def print_summary(
    views: Mapping[str, ViewTally], judged: Mapping[str, Judgement], streams: bool, as_live: bool | None
) -> None:
    """A table: a row for each view, and one of the whole."""
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("stream" if streams else "view")
    for name in ("time", "frames", "starts", "flaps/h"):
        table.add_column(name, justify="right", no_wrap=True)
    if judged:
        for name in ("scenes", "missed", "delay", "extra/h", "false/h", "repeated/h"):
            table.add_column(name, justify="right", no_wrap=True)
    for name, one in views.items():
        table.add_row(name, *_cells([one], judged.get(name), bool(judged)))
    if len(views) > 1:
        table.add_row()
        whole = sum(judged.values(), NOTHING_JUDGED) if judged else None
        table.add_row("all", *_cells(list(views.values()), whole, bool(judged)))
    table_console().print(table)
    if as_live is not None:
        click.echo("The same events as live." if as_live else "NOT the same events as live: see --json, as_live.")


def _cells(views: list[ViewTally], judgement: Judgement | None, judged: bool) -> list[str]:
    figures = _figures(views)
    cells = [
        _duration(sum(one.lasted_s for one in views)),
        str(figures["frames"]),
        str(figures["starts"]),
        f"{figures['flaps_per_hour']:.1f}",
    ]
    if not judged:
        return cells
    if judgement is None:
        return [*cells, *["-"] * 6]
    delay_s = judgement.mean_delay_s
    return [
        *cells,
        str(judgement.scenes),
        str(judgement.missed),
        "-" if delay_s is None else f"{delay_s:.1f} s",
        f"{judgement.extra_per_hour:.1f}",
        f"{judgement.false_per_hour:.1f}",
        f"{judgement.repeated_per_hour:.1f}",
    ]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
