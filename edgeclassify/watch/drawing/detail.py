"""One node in detail: its figures, each of its views, its last events and why they came."""

import json
from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from edgeclassify.sentences import sentence_of
from edgeclassify.watch.drawing.cells import NOTHING, age, cut, decimal, heat, plain, shown, spool, status, today
from edgeclassify.watch.reading import event_of
from edgeclassify.watch.records import ShownEvent, WatchedNode, WatchedView, problems, recognised


def detail(node: WatchedNode, now: float, width: int) -> Iterator[tuple[RenderableType, int]]:
    """The parts of the drawing, each with its height in lines; `now`: seconds since the epoch."""
    yield Text(), 1
    yield _title(node, now), 1
    figures = Table.grid(padding=(0, 3, 0, 0))
    for _ in range(4):
        figures.add_column(no_wrap=True)
    cells = list(_figures(node))
    for start in range(0, len(cells), 4):
        figures.add_row(*cells[start : start + 4])
    yield figures, -(-len(cells) // 4)
    for view in sorted(node.views.values(), key=lambda view: view.name):
        yield Text(), 1
        yield _view_line(node, view, now), 1
        yield _bar(view, min(width - 4, 50)), 1
        if view.today:
            yield Text(f"  today {today(view)}", no_wrap=True, overflow="ellipsis"), 1
        if view.options:
            options = "   ".join(f"{name} {plain(value)}" for name, value in sorted(view.options.items()))
            yield Text(f"  {options}", style="dim"), 1
    if node.events:
        yield Text(), 1
        yield Text("last events", style="bold underline"), 1
        yield _events(node, now), len(node.events)


def _title(node: WatchedNode, now: float) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{node.name}  ", style="bold").append_text(status(node, None, now))
    if node.online_since is not None:
        line.append(f" for {age(now - node.online_since)}")
    if node.started is not None and node.online:
        line.append(f", started {age(now - node.started)} ago")
    if node.online is False:
        line.append(
            ", last heard at an unknown time"
            if node.heard_at is None
            else f", last heard {age(now - node.heard_at)} ago"
        )
    if node.version:
        line.append(f"   edgeclassify {plain(node.version)}")
    if node.models:
        line.append(f"   {plain(', '.join(dict.fromkeys(node.models)))}")
    if node.profile is not None:
        line.append(f"   profile {plain(node.profile)}")
    found = problems(node)
    if found:
        line.append(f"   {', '.join(found)}", style="bold red")
    if node.stale:
        line.append("   (old)", style="dim")
    return line


def _figures(node: WatchedNode) -> Iterator[Text]:
    unit = "" if node.temperature_c is None else " °C"
    yield Text(f"{decimal(node.fps)} frames/s")
    yield Text(f"{decimal(node.inference_ms)} ms per frame")
    yield heat(node).append(unit or " °C")
    yield Text("spool ").append_text(spool(node))
    yield Text(f"{node.numbers.missing} events missing", style="bold red" if node.numbers.missing else "")
    yield Text(f"number {node.numbers.highest if node.numbers.highest is not None else NOTHING}")


def _view_line(node: WatchedNode, view: WatchedView, now: float) -> Text:
    line = Text("", no_wrap=True, overflow="ellipsis")
    line.append(f"{view.name}  ", style="bold").append_text(status(node, view, now)).append("  ")
    label, score, since = shown(node, view, now)
    line.append_text(label)
    return line.append(f"  {score.plain}  since {since.plain}")


def _bar(view: WatchedView, width: int) -> Text:
    filled = round((view.score or 0) * width)
    style = "green" if recognised(view) else "dim"
    return Text("  ").append("█" * filled, style=style).append("░" * (width - filled), style="dim")


def _events(node: WatchedNode, now: float) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for _ in range(7):
        table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, ratio=1)  # as much of it as there is room for
    for event in reversed(node.events):
        when = NOTHING if event.ts is None else f"{age(now - event.ts)} ago"
        late = Text("late", style="yellow") if event.historical else Text()
        table.add_row(
            f"  {event.seq}", event.view, plain(event.event_type), Text(plain(event.label), style="bold"),
            f"{event.score:.2f}", when, late, _why(event),
        )  # fmt: skip
    return table


def _why(event: ShownEvent) -> Text:
    """In words; nothing where the message does not say it as this version's contract would."""
    record = event_of(json.loads(event.payload), event.view) if event.payload else None
    return cut("" if record is None else plain(sentence_of(record)), "dim")
