"""Draws a board: one node in detail, or many as one line per view, problems first, no higher than the terminal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edgeclassify.watch.board import Board
from edgeclassify.watch.records import HOT_C, ShownEvent, WatchedNode, WatchedView, problems, recognised

NOTHING = "-"
_COLUMNS = {
    "node": 0, "view": 40, "status": 0, "label": 0, "score": 60, "since": 60, "fps": 100, "ms": 120, "°C": 120,
    "spool": 120, "last event": 80, "version": 150, "problems": 0,
}  # fmt: skip
"""Heading → width of the terminal in characters from which on there is room for it."""
_CUT = {"node": 24, "view": 16, "label": 24, "last event": 40, "problems": 60}
"""What is cut where room is short, and its most characters; figures are never cut."""
_FIGURES = frozenset({"score", "since", "fps", "ms", "°C", "spool"})
KEYS = "j k, arrows, Page Up/Down, Home, End"
"""What moves a table that is longer than the terminal: see cli/support/keys.py."""
_FRAME_LINES = 2
"""Around the rows of many nodes: an empty line and the heading."""


@dataclass(slots=True)
class Place:
    """Where somebody is in a table that is longer than the terminal: the first row that is shown.

    `page`: how many rows were shown last. draw() keeps it within the table.
    """

    first: int = 0
    page: int = 1

    def move(self, rows: int) -> None:
        """Down by so many rows, up where negative."""
        self.first = max(0, self.first + rows)


def draw(
    board: Board, where: str, now: float, width: int, height: int, place: Place | None = None
) -> RenderableType:
    """The board at `now` (seconds since the epoch) on `width` x `height` characters.

    `where`: the broker; `place`: which rows, of those for which there is no room; None: the first.
    """
    head = list(_head(board, where))
    if len(board.nodes) == 1:
        (node,) = board.nodes.values()
        body = list(_detail(node, now, width))
        if len(head) + sum(lines for _, lines in body) <= height:
            return Group(*head, *(part for part, _ in body))
    room = max(1, height - len(head) - _FRAME_LINES)
    return Group(*head, *_many(board, now, width, room, place))


def age(seconds: float) -> str:
    """A duration in its largest fitting unit: "12 s", "3 min", "5 h", "2 d"."""
    for unit, size, limit in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{max(0, int(seconds // size))} {unit}"
    return f"{int(seconds // 86_400)} d"


def _head(board: Board, where: str) -> Iterator[RenderableType]:
    online = sum(node.online is True for node in board.nodes.values())
    offline = sum(node.online is False for node in board.nodes.values())
    missing = sum(node.numbers.missing for node in board.nodes.values())
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{board.prefix} on {where}", style="bold")
    line.append(f"   {len(board.nodes)} node{'' if len(board.nodes) == 1 else 's'}: {online} online, ")
    line.append(f"{offline} offline", style="bold red" if offline else "")
    line.append(f"   {board.rate:.1f} messages/s   ")
    line.append(f"{missing} events missing", style="bold red" if missing else "")
    yield line
    if not board.connected:
        text = f"NOT CONNECTED: {board.reason}. Trying again; what is shown is old."
        yield Text(text, style="bold white on red", no_wrap=True, overflow="ellipsis")
    elif not board.nodes:
        yield Text(f"nothing has come yet on {board.prefix}/...", style="dim")


# --- many nodes ----------------------------------------------------------------------------------------------


def _many(board: Board, now: float, width: int, room: int, moved: Place | None) -> Iterator[RenderableType]:
    if not board.nodes:
        return
    place = moved or Place()
    ranked = sorted(((problems(node), node) for node in board.nodes.values()), key=_rank)
    total = sum(max(1, len(node.views)) for _, node in ranked)
    names = [name for name, least in _COLUMNS.items() if width >= least]
    table = _table(names)
    place.page = total if total <= room else room - 1
    place.first = min(place.first, total - place.page)
    shown = islice(_rows(ranked, now, place.first), place.first, place.first + place.page)
    for row, stale in shown:
        table.add_row(*(row.get(name, "") for name in names), style="dim" if stale else "")
    yield Text()
    yield table
    if place.page < total:
        yield _more(place, total).append(f"   ({KEYS})" if moved is not None else "")


def _more(place: Place, total: int) -> Text:
    above, below = place.first, total - place.first - place.page
    parts = [f"{above} above"] if above else []
    parts += [f"{below} more"] if below else []
    return Text(f"… and {', '.join(parts)}", style="dim", no_wrap=True, overflow="ellipsis")


def _rank(item: tuple[list[str], WatchedNode]) -> tuple[bool, bool, str]:
    """What is wrong stands first, and first of all who is gone."""
    found, node = item
    return (node.online is not False, not found, node.name)


def _rows(
    ranked: Iterable[tuple[list[str], WatchedNode]], now: float, first: int
) -> Iterator[tuple[dict[str, Text], bool]]:
    """One per view, heading → cell, each with whether it is old.

    The node itself stands in its first row, and in the one that is `first` to be seen. Rows before that are empty.
    """
    number = 0
    for found, node in ranked:
        views: list[WatchedView | None] = [*sorted(node.views.values(), key=lambda view: view.name)]
        for i, view in enumerate(views or [None]):
            if number < first:
                yield {}, False
            else:
                shared = _node_cells(node, found) if i == 0 or number == first else {}
                yield shared | _view_cells(node, view, now), node.stale
            number += 1


def _table(names: list[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    for name in names:
        # A column that may not wrap is the last to be made narrower: those that may are cut by their cells.
        table.add_column(
            _cut(name), justify="right" if name in _FIGURES else "left", no_wrap=name not in _CUT,
            max_width=_CUT.get(name),
        )  # fmt: skip
    return table


def _node_cells(node: WatchedNode, found: list[str]) -> dict[str, Text]:
    figures = {
        "fps": Text(_decimal(node.fps)),
        "ms": Text(_decimal(node.inference_ms)),
        "°C": _heat(node),
        "spool": _spool(node),
    }
    if node.online is False:  # they were once
        figures = {name: Text(figure.plain, style="dim") for name, figure in figures.items()}
    style = "bold red" if node.online is False else "bold yellow"
    rest = {"version": Text(_plain(node.version or NOTHING)), "problems": _cut(", ".join(found), style)}
    return {"node": _cut(node.name, "bold")} | figures | rest


def _view_cells(node: WatchedNode, view: WatchedView | None, now: float) -> dict[str, Text]:
    label, score, since = _shown(node, view, now)
    last = next((event for event in reversed(node.events) if view and event.view == view.name), None)
    return {
        "view": _cut(view.name if view else NOTHING),
        "status": _status(node, view),
        "label": label,
        "score": score,
        "since": since,
        "last event": _cut(_event_text(last, now)),
    }


def _cut(text: str, style: str = "") -> Text:
    """One line, with an ellipsis where it is too long."""
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _status(node: WatchedNode, view: WatchedView | None) -> Text:
    if node.online is False:
        return Text("OFFLINE", style="bold red")
    if view is not None and view.online is False:
        return Text("no camera", style="bold yellow")
    if view is not None and (view.options or {}).get("enabled") == "OFF":
        return Text("paused", style="cyan")
    return Text(NOTHING) if node.online is None else Text("online", style="green")


def _shown(node: WatchedNode, view: WatchedView | None, now: float) -> list[Text]:
    """Label, score and since when."""
    if view is None or view.label is None:
        return [Text(NOTHING) for _ in range(3)]
    is_now = recognised(view) and node.online is not False
    label = _cut(_plain(view.label), "bold" if is_now else "dim")
    since = NOTHING if view.since is None else age(now - view.since)
    return [label, Text(NOTHING if view.score is None else f"{view.score:.2f}"), Text(since)]


def _event_text(event: ShownEvent | None, now: float) -> str:
    if event is None:
        return NOTHING
    when = "" if event.ts is None else f" {age(now - event.ts)} ago"
    return f"{_plain(event.event_type)} {_plain(event.label)[:18]}{when}{' (late)' if event.historical else ''}"


def _heat(node: WatchedNode) -> Text:
    return Text(_decimal(node.temperature_c), style="bold red" if (node.temperature_c or 0) >= HOT_C else "")


def _spool(node: WatchedNode) -> Text:
    if node.spool_depth is None:
        return Text(NOTHING)
    dropped = f" (-{node.spool_dropped})" if node.spool_dropped else ""
    return Text(f"{node.spool_depth}{dropped}", style="bold yellow" if node.spool_depth or dropped else "")


def _decimal(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f}"


def _plain(text: str) -> str:
    """Without control characters: what a stranger publishes must not steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


# --- one node ------------------------------------------------------------------------------------------------


def _detail(node: WatchedNode, now: float, width: int) -> Iterator[tuple[RenderableType, int]]:
    """The parts of the screen, each with its height in lines."""
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
        if view.options:
            options = "   ".join(f"{name} {_plain(value)}" for name, value in sorted(view.options.items()))
            yield Text(f"  {options}", style="dim"), 1
    if node.events:
        yield Text(), 1
        yield Text("last events", style="bold underline"), 1
        yield _events(node, now), len(node.events)


def _title(node: WatchedNode, now: float) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f"{node.name}  ", style="bold").append_text(_status(node, None))
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
        line.append(f"   edgeclassify {_plain(node.version)}")
    if node.models:
        line.append(f"   {_plain(', '.join(dict.fromkeys(node.models)))}")
    found = problems(node)
    if found:
        line.append(f"   {', '.join(found)}", style="bold red")
    if node.stale:
        line.append("   (old)", style="dim")
    return line


def _figures(node: WatchedNode) -> Iterator[Text]:
    heat = "" if node.temperature_c is None else " °C"
    yield Text(f"{_decimal(node.fps)} frames/s")
    yield Text(f"{_decimal(node.inference_ms)} ms per frame")
    yield _heat(node).append(heat or " °C")
    yield Text("spool ").append_text(_spool(node))
    yield Text(f"{node.numbers.missing} events missing", style="bold red" if node.numbers.missing else "")
    yield Text(f"number {node.numbers.highest if node.numbers.highest is not None else NOTHING}")


def _view_line(node: WatchedNode, view: WatchedView, now: float) -> Text:
    line = Text("", no_wrap=True, overflow="ellipsis")
    line.append(f"{view.name}  ", style="bold").append_text(_status(node, view)).append("  ")
    label, score, since = _shown(node, view, now)
    line.append_text(label)
    return line.append(f"  {score.plain}  since {since.plain}")


def _bar(view: WatchedView, width: int) -> Text:
    filled = round((view.score or 0) * width)
    style = "green" if recognised(view) else "dim"
    return Text("  ").append("█" * filled, style=style).append("░" * (width - filled), style="dim")


def _events(node: WatchedNode, now: float) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for event in reversed(node.events):
        when = NOTHING if event.ts is None else f"{age(now - event.ts)} ago"
        late = Text("late", style="yellow") if event.historical else Text()
        table.add_row(
            f"  {event.seq}", event.view, _plain(event.event_type), Text(_plain(event.label), style="bold"),
            f"{event.score:.2f}", when, late,
        )  # fmt: skip
    return table
