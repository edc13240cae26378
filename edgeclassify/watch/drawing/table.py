"""Many nodes as one line per view, problems first, and as many lines as there is room for."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from edgeclassify.watch.drawing.cells import NOTHING, age, cut, decimal, heat, plain, shown, spool, status, today
from edgeclassify.watch.records import ShownEvent, WatchedNode, WatchedView, problems

_COLUMNS = {
    "node": 0, "view": 40, "status": 0, "label": 0, "score": 60, "since": 60, "fps": 100, "ms": 120, "°C": 120,
    "spool": 120, "last event": 80, "today": 180, "version": 150, "problems": 0,
}  # fmt: skip
"""Heading → width of the terminal in characters from which on there is room for it."""
_CUT = {"node": 24, "view": 16, "label": 24, "last event": 40, "today": 40, "problems": 60}
"""What is cut where room is short, and its most characters; figures are never cut."""
_FIGURES = frozenset({"score", "since", "fps", "ms", "°C", "spool"})
KEYS = "j k, arrows, Page Up/Down, Home, End"
"""What moves a table that is longer than the terminal: see cli/support/pressed_keys.py."""


@dataclass(slots=True)
class Place:
    """Where somebody is in a table that is longer than the terminal: the first row that is shown.

    `page`: how many rows were shown last. Drawing keeps it within the table.
    """

    first: int = 0
    page: int = 1

    def move(self, rows: int) -> None:
        """Down by so many rows, up where negative."""
        self.first = max(0, self.first + rows)


def table_lines(
    nodes: Collection[WatchedNode], now: float, width: int, room: int, moved: Place | None
) -> Iterator[RenderableType]:
    """An empty line, the table with `room` rows at most, and how many more there are; nothing without nodes."""
    if not nodes:
        return
    place = moved or Place()
    ranked = sorted(((problems(node), node) for node in nodes), key=_rank)
    total = sum(max(1, len(node.views)) for _, node in ranked)
    names = [name for name, least in _COLUMNS.items() if width >= least]
    table = _table(names)
    place.page = total if total <= room else room - 1
    place.first = min(place.first, total - place.page)
    seen = islice(_rows(ranked, now, place.first), place.first, place.first + place.page)
    for row, stale in seen:
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
            cut(name), justify="right" if name in _FIGURES else "left", no_wrap=name not in _CUT,
            max_width=_CUT.get(name),
        )  # fmt: skip
    return table


def _node_cells(node: WatchedNode, found: list[str]) -> dict[str, Text]:
    figures = {
        "fps": Text(decimal(node.fps)),
        "ms": Text(decimal(node.inference_ms)),
        "°C": heat(node),
        "spool": spool(node),
    }
    if node.online is False:  # they were once
        figures = {name: Text(figure.plain, style="dim") for name, figure in figures.items()}
    style = "bold red" if node.online is False else "bold yellow"
    rest = {"version": Text(plain(node.version or NOTHING)), "problems": cut(", ".join(found), style)}
    return {"node": cut(node.name, "bold")} | figures | rest


def _view_cells(node: WatchedNode, view: WatchedView | None, now: float) -> dict[str, Text]:
    label, score, since = shown(node, view, now)
    last = next((event for event in reversed(node.events) if view and event.view == view.name), None)
    return {
        "view": cut(view.name if view else NOTHING),
        "status": status(node, view, now),
        "label": label,
        "score": score,
        "since": since,
        "last event": cut(_event_text(last, now)),
        "today": cut(today(view)),
    }


def _event_text(event: ShownEvent | None, now: float) -> str:
    if event is None:
        return NOTHING
    when = "" if event.ts is None else f" {age(now - event.ts)} ago"
    return f"{plain(event.event_type)} {plain(event.label)[:18]}{when}{' (late)' if event.historical else ''}"
