"""How `edgeclassify watch` shows what comes: a table on a terminal, lines, JSON, or a verdict on the contract."""

import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import click
from rich.console import Console, RenderableType
from rich.live import Live

from edgeclassify.cli.support.pressed_keys import Keys
from edgeclassify.config import Config
from edgeclassify.errors import ExitStatus
from edgeclassify.watch.announcing import Announcing
from edgeclassify.watch.board import Board
from edgeclassify.watch.conformity import Conformity
from edgeclassify.watch.connection import shared
from edgeclassify.watch.drawing.screen import draw
from edgeclassify.watch.drawing.table import Place
from edgeclassify.watch.interface import Arrival, EventSeen, LinkChange, Notice
from edgeclassify.watch.report import record, text

REDRAW_S = 0.25
"""A key is answered after so long at most."""


def _print_json(notice: Notice) -> None:
    # ASCII: it passes every terminal and every pipe.
    click.echo(json.dumps(record(notice)))


def _print_text(notice: Notice) -> None:
    click.echo(text(notice))


class WatchDisplay(ABC):
    """One way to show what comes. Usable as a context: it may own the screen.

    `named`: a message in the words that the user knows, options or keys of the config.
    """

    as_published = False
    """True where it judges the retain flag. All others want to know what is new and what the broker had kept."""

    def __init__(self, config: Config, named: Callable[[str], str]) -> None:
        self._named = named
        self._where = ""
        self._board = Board(config.mqtt.prefix)
        self._announcing: Announcing | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:  # noqa: B027 - most own nothing
        """Give back what was owned."""

    def topics(self, config: Config, node: str) -> list[tuple[str, int]]:
        """What is subscribed to. Events and presence must arrive; figures come again.

        A broker keeps only so many undelivered messages of QoS 1 for a subscriber (mosquitto: 1000): with QoS 0
        for the rest the many retained messages of the beginning don't crowd out events.
        """
        base = f"{config.mqtt.prefix}/{node}"
        sure = [f"{base}/status", f"{base}/+/event", f"{base}/+/history"]
        rest = [f"{base}/{tail}" for tail in ("info", "health", "+/availability", "+/state", "+/+/state")]
        return [(topic, 1) for topic in sure] + [(topic, 0) for topic in rest]

    def ask_by(self, send: Callable[[str, bytes], None], node: str | None) -> None:
        """The connection stands: what the broker has not kept of the nodes, or of this one, is asked for. Who
        judges what others say says nothing itself."""
        if not self.as_published:
            self._announcing = Announcing(self._board, send, node=node)

    def take(self, arrival: Arrival) -> None:
        """A message."""
        if self._announcing is not None:
            self._announcing.heard(arrival)
        for notice in self._board.take(arrival):
            self.show(notice)

    def link(self, change: LinkChange) -> None:
        """The connection has gone or come."""
        change = replace(change, reason=self._named(change.reason))
        self._where = change.server or self._where
        self._board.link(change)
        if self._announcing is not None:
            self._announcing.link(connected=change.connected)
        self.show(change)

    def at(self, server: str) -> None:
        """It has begun, at this server of the broker."""
        self._where = server

    def tick(self) -> None:
        """A second has passed."""
        for notice in self._board.tick():
            self.show(notice)
        if self._announcing is not None:
            self._announcing.tick()

    @abstractmethod
    def show(self, notice: Notice) -> None:
        """Something has happened."""

    def refresh(self) -> None:  # noqa: B027 - lines are there at once
        """Called many times a second."""

    def finish(self) -> int:
        """The exit status."""
        return ExitStatus.OK


class _Lines(WatchDisplay):
    """One line per notice."""

    def __init__(self, config: Config, named: Callable[[str], str], printed: Callable[[Notice], None]) -> None:
        super().__init__(config, named)
        self._print = printed

    def show(self, notice: Notice) -> None:
        self._print(notice)


class _Member(_Lines):
    """Of a group: the events that come to it. Other members have the others, and nobody is told what was kept.

    So it says nothing of numbers that are missing or of who is online: it can't know.
    """

    def __init__(self, config: Config, named: Callable[[str], str], group: str) -> None:
        super().__init__(config, named, _print_json)
        self._group = group

    def topics(self, config: Config, node: str) -> list[tuple[str, int]]:
        base = f"{config.mqtt.prefix}/{node}/+"
        return shared(self._group, [(f"{base}/event", 1), (f"{base}/history", 1)])

    def tick(self) -> None:
        """Nothing is due."""

    def show(self, notice: Notice) -> None:
        if isinstance(notice, EventSeen):
            super().show(replace(notice, repeated=False))  # whether it is one only all members know together
        elif isinstance(notice, LinkChange):
            super().show(notice)


class _LinesAndTable(_Lines):
    """One line per notice, and at the end how things stand."""

    def __init__(self, config: Config, named: Callable[[str], str]) -> None:
        super().__init__(config, named, _print_text)

    def finish(self) -> int:
        console = Console(soft_wrap=False, width=160, highlight=False)
        click.echo()
        console.print(draw(self._board, self._where, time.time(), console.width, sys.maxsize))
        return ExitStatus.OK


class _Live(WatchDisplay):
    """A table that fills the terminal, drawn again at most four times a second."""

    def __init__(self, config: Config, named: Callable[[str], str]) -> None:
        super().__init__(config, named)
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, screen=True, auto_refresh=False)
        self._keys, self._place = Keys(), Place()
        self._draw_at = 0.0

    def __enter__(self) -> Self:
        self._keys.__enter__()
        self._live.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._live.stop()
        self._keys.__exit__(*error)

    def show(self, notice: Notice) -> None:
        """Nothing at once: the next drawing of the screen has it."""

    def link(self, change: LinkChange) -> None:
        super().link(change)
        self._draw_at = 0.0
        self.refresh()

    def refresh(self) -> None:
        rows = self._keys.rows(self._place.page)
        self._place.move(rows)
        if rows or time.monotonic() >= self._draw_at:
            self._live.update(self._screen(), refresh=True)
            self._draw_at = time.monotonic() + REDRAW_S

    def finish(self) -> int:
        self._console.print(self._screen())
        return ExitStatus.OK

    def _screen(self) -> RenderableType:
        width, height = self._console.size
        return draw(self._board, self._where, time.time(), width, height - 1, self._place)


class _Check(WatchDisplay):
    """Every violation once, and a summary."""

    as_published = True

    def __init__(self, config: Config, named: Callable[[str], str]) -> None:
        super().__init__(config, named)
        self._conformity = Conformity(config.mqtt.prefix, config.home_assistant.prefix)

    def topics(self, config: Config, node: str) -> list[tuple[str, int]]:
        """Everything, with the QoS that it was published with."""
        mine = f"{config.mqtt.prefix}/#" if node == "+" else f"{config.mqtt.prefix}/{node}/#"
        devices = f"{config.home_assistant.prefix}/device/{node}"
        return [(mine, 2), (f"{devices}/config", 2), (f"{devices}/+/config", 2)]

    def take(self, arrival: Arrival) -> None:
        for violation in self._conformity.take(arrival):
            click.echo(str(violation).encode("ascii", "backslashreplace").decode())

    def show(self, notice: Notice) -> None:
        click.echo(text(notice), err=True)

    def finish(self) -> int:
        click.echo(self._conformity.summary())
        return ExitStatus.SOME_FAILED if self._conformity.violations else ExitStatus.OK


def make_view(
    config: Config,
    as_json: bool,
    check: bool,
    seconds: float | None,
    named: Callable[[str], str],
    group: str | None = None,
) -> WatchDisplay:
    """The view that is asked for; where nothing is, what suits standard output. `group`: with JSON alone."""
    if group is not None:
        return _Member(config, named, group)
    if check:
        return _Check(config, named)
    if as_json:
        return _Lines(config, named, _print_json)
    if sys.stdout is not None and sys.stdout.isatty():
        return _Live(config, named)
    return _Lines(config, named, _print_text) if seconds is None else _LinesAndTable(config, named)
