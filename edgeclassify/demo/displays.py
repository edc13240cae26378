"""What the terminal shows of a demo: each change as a row, a table drawn anew, or the messages as they are."""

import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from edgeclassify.sentences import sentence_of
from edgeclassify.watch.board import Board
from edgeclassify.watch.drawing.cells import plain
from edgeclassify.watch.drawing.detail import detail
from edgeclassify.watch.interface import Arrival, EventSeen
from edgeclassify.watch.reading import event_of

REDRAWN_PER_S = 4
EVENTS_SHOWN = 8
_ROW = "{:8}  {:10}  {:7}  {:18}  {:>5}  {}"


class _Console(Console):
    """rich ends the thread that meets a closed pipe: here the subscriber decides."""

    def on_broken_pipe(self) -> None:
        """Called where a BrokenPipeError is being handled: let it pass."""
        raise


class Display(ABC):
    """Told of each message, in the subscriber's thread. Usable as a context: it may own the terminal.

    `out`: a text stream, None for standard output. `begin` says what there is to know before the first message.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._console = _Console(file=out, highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(  # noqa: B027 - most own nothing
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give back what was owned."""

    def begin(self, facts: dict[str, str]) -> None:
        """A line for each fact, as in {"model": "builtin"}."""
        for name, fact in facts.items():
            self._console.print(fact_line(name, fact))

    @abstractmethod
    def take(self, arrival: Arrival) -> None:
        """A message."""


class MessageLines(Display):
    """Topic and payload of each message. On a terminal in colours, and cut where longer than the line."""

    def take(self, arrival: Arrival) -> None:
        """Printed at once."""
        line = message_line(arrival.topic, arrival.payload.decode("utf-8", "replace"))
        if self._console.is_terminal:
            line.truncate(self._console.width, overflow="ellipsis")
        self._console.print(line)


class ChangeRows(Display):
    """A row for each event: when, in which view, what, and why."""

    def __init__(self, out: TextIO | None = None) -> None:
        super().__init__(out)
        self._board = Board()

    def begin(self, facts: dict[str, str]) -> None:
        """The facts, and the heading."""
        super().begin(facts)
        self._console.print()
        self._console.print(_ROW.format("time", "view", "change", "label", "score", "why"))

    def take(self, arrival: Arrival) -> None:
        """Printed where it is an event."""
        for notice in self._board.take(arrival):
            if isinstance(notice, EventSeen) and (event := event_of(notice.body, notice.view)) is not None:
                when = time.strftime("%H:%M:%S", time.localtime(event.ts))
                what, label = event.event_type.value, plain(event.label)
                score = f"{event.score:.2f}"
                self._console.print(
                    _ROW.format(when, event.view, what, label, score, plain(sentence_of(event))), markup=False
                )


class LiveTable(Display):
    """The node in detail, drawn anew some times a second in its place: states, bars, the last events and why."""

    def __init__(self, out: TextIO | None = None, *, wall: Callable[[], float] = time.time) -> None:
        super().__init__(out)
        self._wall, self._board, self._facts = wall, Board(events_kept=EVENTS_SHOWN), dict[str, str]()
        self._lock = threading.Lock()  # messages come in one thread, the drawing is in another
        self._live = Live(
            console=self._console, refresh_per_second=REDRAWN_PER_S, get_renderable=self.drawn, transient=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def begin(self, facts: dict[str, str]) -> None:
        """Above all that is drawn."""
        self._facts = facts

    def take(self, arrival: Arrival) -> None:
        """The next drawing has it."""
        with self._lock:
            self._board.take(arrival)

    def drawn(self) -> RenderableType:
        """What is shown now."""
        parts: list[RenderableType] = [fact_line(name, fact) for name, fact in self._facts.items()]
        with self._lock:
            for node in self._board.nodes.values():
                parts += [part for part, _ in detail(node, self._wall(), self._console.width)]
        return Group(*parts)


def display_for(as_json: bool, out: TextIO | None = None) -> Display:
    """What suits standard output."""
    stream = sys.stdout if out is None else out
    if as_json:
        return MessageLines(out)
    return LiveTable(out) if stream is not None and stream.isatty() else ChangeRows(out)


def fact_line(name: str, fact: str) -> Text:
    """E.g. "page    http://127.0.0.1:8080"."""
    return Text(no_wrap=True).append(f"{name:8}", style="dim").append(fact, style="bold" if name == "page" else "")


def message_line(topic: str, text: str) -> Text:
    """`topic  payload`, the levels before the last one dim, the payload by its kind."""
    text = text or "(removed)"
    parent, _, name = topic.rpartition("/")
    line = Text(no_wrap=True)
    line.append(f"{parent}/" if parent else "", style="dim").append(name, style="bold cyan").append("  ")
    line.append(text, style=_style(name, text))
    return line


def _style(name: str, text: str) -> str:
    if text in ("online", "ON"):
        return "green"
    if text in ("offline", "OFF", "(removed)"):
        return "red" if text == "offline" else "dim"
    return "yellow" if name in ("event", "history") else ""
