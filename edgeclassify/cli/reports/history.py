"""What `history` shows: a table, JSON or CSV of events, and the starts of labels as bars."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edgeclassify.cli.reports.tables import table_console
from edgeclassify.contract.encoding import seconds_of
from edgeclassify.files import printable
from edgeclassify.history.csv_lines import cell, csv_of
from edgeclassify.sentences import newness, seconds as in_words

Event = Mapping[str, Any]
_WIDTHS = {"when": 19, "view": 14, "what": 7, "label": 26, "score": 5}
_STYLES = {"start": "green", "end": "dim", "lasting": "yellow"}
_COLOURS = ("cyan", "magenta", "yellow", "green", "blue")
_OTHERS = "white"
_BAR_LEAST = 10


# --- events ---------------------------------------------------------------------------------------------------


def print_json(events: Sequence[Event]) -> None:
    """One object per line, as over MQTT, with its view."""
    for event in events:
        click.echo(json.dumps(event))


class CsvPrinter:
    """Prints rows under one heading."""

    def __init__(self) -> None:
        self._headed = False

    def print(self, events: Sequence[Event]) -> None:
        """A line for each."""
        click.echo(csv_of(events, heading=not self._headed), nl=False)
        self._headed = True


class TablePrinter:
    """Prints pages of one table. `zone`: whose clocks are shown; None: the machine's."""

    def __init__(self, zone: tzinfo | None, console: Console | None = None) -> None:
        self._zone = zone
        self._console = console or table_console()
        self._headed = False

    def print(self, events: Sequence[Event]) -> None:
        """A row for each, and below it the file of its picture."""
        if not self._headed:
            self._print_row([*_WIDTHS, "why"], "bold")
        self._headed = True
        for event in events:
            kind, when = str(event["event_type"]), _when(event["ts"], self._zone)
            names = printable(event["view"]), kind, printable(event["label"])
            cells = [when, *names, f"{event['score']:5.2f}", _why(event)]
            self._print_row(cells, _STYLES.get(kind, ""))
            if "picture" in event:  # in one piece, to be copied
                self._console.print(Text(f"    {printable(event['picture'])}", style="dim"), soft_wrap=True)

    def _print_row(self, cells: Sequence[str], style: str) -> None:
        row = Text(style=style)
        for text, width in zip(cells, _WIDTHS.values(), strict=False):
            cell = Text(text)
            cell.truncate(width, overflow="ellipsis", pad=True)
            row.append_text(cell).append(" ")
        row.append(cells[-1])
        if self._console.is_terminal:
            self._console.print(row, no_wrap=True, overflow="ellipsis")
        else:
            self._console.print(row, soft_wrap=True)


def _when(ts: str, zone: tzinfo | None) -> str:
    return f"{datetime.fromtimestamp(seconds_of(ts), zone):%Y-%m-%d %H:%M:%S}"


def _why(event: Event) -> str:
    """In a few words: how new a start is, what has lasted how long, and why it ended."""
    why = event.get("why", {})
    said = []
    if (new := newness(event.get("novelty"), event.get("days_since"), event.get("count_today"))) is not None:
        said.append(new)
    if (lasting := why.get("lasting_s")) is not None:
        said.append(f"there for {in_words(lasting)}")
    elif (duration := why.get("duration_s")) is not None:
        said.append(f"after {in_words(duration)}")
    if (reason := why.get("reason")) is not None:
        said.append(f"{reason} by {why['by']}" if "by" in why else str(reason))
    if event.get("suspect"):
        said.append(f"suspect: {', '.join(event.get('problems', ()))}")
    return printable(", ".join(said))


# --- overview -------------------------------------------------------------------------------------------------


def print_overview(data: Mapping[str, Any], per: str, title: str, console: Console | None = None) -> None:
    """A bar for each day or hour, a colour for each label; also for those in which nothing started."""
    console = console or table_console()
    counts = data["counts"]
    if not counts:
        console.print(Text(f"{printable(title)}: nothing started"))
        return
    totals: dict[str, int] = {}
    for one in counts:
        totals[one["label"]] = totals.get(one["label"], 0) + one["starts"]
    common = sorted(totals, key=lambda label: (-totals[label], label))
    colours = dict(zip(common, _COLOURS, strict=False))
    parts = _parts(counts, per)
    most = max(sum(labels.values()) for _, labels in parts)
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True)
    room = max(_BAR_LEAST, console.width // 2 - 12)
    for name, labels in parts:
        table.add_row(name, str(sum(labels.values())), _bar(labels, colours, common, most, room), _listed(labels))
    left_out = "; older ones are left out" if data["more"] else ""
    console.print(Text.assemble((printable(title), "bold"), f": starts per {per}{left_out}"))
    console.print(_legend(common, colours, totals))
    console.print(table)


def _parts(counts: Sequence[Mapping[str, Any]], per: str) -> list[tuple[str, dict[str, int]]]:
    """Each day or hour from the first to the last, and how often each label started in it."""
    found: dict[str, dict[str, int]] = {}
    form = "%Y-%m-%d" if per == "day" else "%Y-%m-%d %H:%M"
    step = timedelta(days=1) if per == "day" else timedelta(hours=1)
    for one in counts:
        if found:
            last = datetime.strptime(next(reversed(found)), form) + step
            while f"{last:{form}}" < one["name"]:
                found[f"{last:{form}}"] = {}
                last += step
        labels = found.setdefault(one["name"], {})
        labels[one["label"]] = labels.get(one["label"], 0) + one["starts"]
    names = {name: datetime.strptime(name, form) for name in found}
    return [(f"{names[name]:%a %Y-%m-%d}" if per == "day" else name, labels) for name, labels in found.items()]


def _bar(
    labels: Mapping[str, int], colours: Mapping[str, str], common: Sequence[str], most: int, room: int
) -> Text:
    """As long as there were starts; the shares of labels are rounded so that the whole is right."""
    bar = Text()
    done = drawn = 0
    for label in [label for label in common if label in labels]:
        done += labels[label]
        end = round(room * done / most)
        bar.append("█" * (end - drawn), style=colours.get(label, _OTHERS))
        drawn = end
    return bar or Text("▏" if done else "·", style="dim")


def _listed(labels: Mapping[str, int]) -> Text:
    listed = sorted(labels.items(), key=lambda one: (-one[1], one[0]))
    more = ", …" if len(listed) > 3 else ""
    return Text(", ".join(f"{printable(label)} {count}" for label, count in listed[:3]) + more, style="dim")


def _legend(common: Sequence[str], colours: Mapping[str, str], totals: Mapping[str, int]) -> Text:
    def entries() -> Iterator[tuple[str, str]]:
        for label, colour in colours.items():
            yield f"{printable(label)} {totals[label]}", colour
        if others := common[len(colours) :]:
            yield f"{len(others)} others {sum(totals[label] for label in others)}", _OTHERS

    return Text("  ").join(Text.assemble(("█ ", colour), text) for text, colour in entries())


def print_counts(data: Mapping[str, Any], *, as_csv: bool) -> None:
    """The counts for programs."""
    if not as_csv:
        for one in data["counts"]:
            click.echo(json.dumps(one))
        return
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    names = ("begin", "name", "view", "label", "starts")
    writer.writerow(names)
    writer.writerows([cell(one[name]) for name in names] for one in data["counts"])
    click.echo(lines.getvalue(), nl=False)
