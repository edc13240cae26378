"""`edgeclassify watch`: every node on a broker, as a table, as lines, or judged by the contract."""

from __future__ import annotations

import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeclassify.errors import ConfigError, EdgeClassifyError, ExitStatus, PublishError, UsageError

if TYPE_CHECKING:
    from edgeclassify.config import Config
    from edgeclassify.watch.interface import Arrival, LinkChange, Notice

REDRAW_S = 0.25
_TICK_S = 1.0
_FLAGS = {
    "mqtt.password_file": "--password-file",
    "mqtt.username": "--username",
    "mqtt.protocol": "the broker's version of MQTT",
    "mqtt.prefix": "--prefix",
    "mqtt.tls.ca": "--ca",
    "mqtt.tls.cert": "--cert",
    "mqtt.tls.key": "--key",
    "mqtt.host": "--host",
    "mqtt.port": "--port",
}
"""Key of the config → the option that has its place here."""


@click.command(short_help="Every node on a broker: what it shows, what is missing.")
@click.option("--host", metavar="HOST", help="The broker; default: localhost.")
@click.option("--port", type=click.IntRange(1, 65535), help="Its TCP port; default: 1883, with TLS 8883.")
@click.option(
    "--config",
    "-c",
    "path",
    type=click.Path(path_type=Path),
    help="Broker, prefix and password as in this config.",
)
@click.option("--prefix", metavar="TOPIC", help="First topic level(s); default: edgeclassify.")
@click.option("--username", metavar="NAME", help="User name at the broker.")
@click.option(
    "--password-file",
    metavar="FILE",
    help="File with the password; else the variable EDGECLASSIFY_MQTT_PASSWORD.",
)
@click.option("--tls", is_flag=True, help="Encrypt, with the system's CA certificates.")
@click.option("--ca", metavar="FILE", help="CA certificate (PEM): encrypt.")
@click.option("--cert", metavar="FILE", help="Client certificate (PEM).")
@click.option("--key", metavar="FILE", help="Private key of the client certificate (PEM).")
@click.option("--node", metavar="NAME", help="This node alone.")
@click.option(
    "--json", "as_json", is_flag=True, help="Events and gaps in their numbers, one JSON object per line."
)
@click.option("--check", is_flag=True, help="Judge all messages by the contract; exit status 1 on a violation.")
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="End after so long; default: Ctrl-C ends it.",
)
def watch(
    path: Path | None, node: str | None, as_json: bool, check: bool, seconds: float | None, **given: Any
) -> int:
    """Show every node on a broker: is it online, what does it see, is an event missing.

    On a terminal a table that is kept up to date; elsewhere one line per change.

    \b
    Example:  edgeclassify watch --host broker.local
              edgeclassify watch --config edgeclassify.toml --node porch
              edgeclassify watch --host broker.local --json | jq -r '.event.label // empty'
              edgeclassify watch --host broker.local --check --for 60
    """
    if as_json and check:
        raise UsageError("watch: --json and --check exclude each other: expected one of them")
    config = _settings(path, given)
    if node is not None and not _is_name(node):
        raise UsageError(f"watch: --node: expected letters, digits, _ and -, found {node!r}")
    try:
        return _run(config, node, _make_view(config, as_json, check, seconds), seconds)
    except (ConfigError, PublishError) as error:
        raise (error if path is not None else _in_options(error)) from error


def _settings(path: Path | None, given: dict[str, Any]) -> Config:
    """The config of the file, or one made of the options."""
    from edgeclassify.config import load_config, parse_config

    named = [f"--{key.replace('_', '-')}" for key, value in given.items() if value]
    if path is not None:
        if named:
            raise UsageError(
                f"watch: expected either --config or options of the broker, found --config and {named[0]}"
            )
        return load_config(path)
    tls = {key: given[key] for key in ("ca", "cert", "key") if given[key] is not None}
    mqtt = {
        key: given[key]
        for key in ("host", "port", "prefix", "username", "password_file")
        if given[key] is not None
    }
    if tls or given["tls"]:
        mqtt = {"port": 8883} | mqtt | {"tls": tls}
    document = {"mqtt": mqtt, "camera": [{"source": "synthetic:"}]}
    try:
        return parse_config(document, "watch", Path.cwd())
    except ConfigError as error:
        raise UsageError(str(_in_options(error))) from error


def _in_options(error: EdgeClassifyError) -> EdgeClassifyError:
    """The same error, in the words of the command line."""
    text = str(error)
    for key, option in _FLAGS.items():
        text = text.replace(key, option)
    return type(error)(text)


def _is_name(text: str) -> bool:
    from edgeclassify.config.sections import safe_name

    return safe_name(text) == text


def _run(config: Config, node: str | None, view: _View, seconds: float | None) -> int:
    from edgeclassify.watch.subscriber import Subscriber

    end = None if seconds is None else time.monotonic() + seconds
    topics = view.topics(config, node or "+")
    try:
        with Subscriber(config.mqtt, topics, on_arrival=view.take, on_link=view.link) as subscriber, view:
            tick_at = time.monotonic() + _TICK_S
            while end is None or time.monotonic() < end:
                subscriber.step(REDRAW_S if end is None else min(REDRAW_S, max(0.0, end - time.monotonic())))
                if time.monotonic() >= tick_at:
                    view.tick()
                    tick_at = time.monotonic() + _TICK_S
                view.refresh()
    except KeyboardInterrupt:
        pass  # the usual way to end it
    return view.finish()


def _make_view(config: Config, as_json: bool, check: bool, seconds: float | None) -> _View:
    if check:
        return _Check(config)
    if as_json:
        return _Lines(config, _print_json)
    if sys.stdout is not None and sys.stdout.isatty():
        return _Live(config)
    return _Lines(config, _print_text) if seconds is None else _Once(config)


def _print_json(notice: Notice) -> None:
    from edgeclassify.watch.report import record

    line = record(notice)
    if line is not None:
        # ASCII: it passes every terminal and every pipe.
        click.echo(json.dumps(line))


def _print_text(notice: Notice) -> None:
    from edgeclassify.watch.report import text

    click.echo(text(notice))


class _View(ABC):
    """One way to show what comes. Usable as a context: it may own the screen."""

    def __init__(self, config: Config) -> None:
        from edgeclassify.watch.board import Board

        self._where = f"{config.mqtt.host}:{config.mqtt.port}"
        self._board = Board(config.mqtt.prefix)

    def __enter__(self) -> _View:
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

    def take(self, arrival: Arrival) -> None:
        """A message."""
        for notice in self._board.take(arrival):
            self.show(notice)

    def link(self, change: LinkChange) -> None:
        """The connection has gone or come."""
        self._board.link(change)
        self.show(change)

    def tick(self) -> None:
        """A second has passed."""
        for notice in self._board.tick():
            self.show(notice)

    @abstractmethod
    def show(self, notice: Notice) -> None:
        """Something has happened."""

    def refresh(self) -> None:  # noqa: B027 - lines are there at once
        """Called many times a second."""

    def finish(self) -> int:
        """The exit status."""
        return ExitStatus.OK


class _Lines(_View):
    """One line per notice."""

    def __init__(self, config: Config, printed: Callable[[Notice], None]) -> None:
        super().__init__(config)
        self._print = printed

    def show(self, notice: Notice) -> None:
        self._print(notice)


class _Once(_View):
    """One table at the end."""

    def show(self, notice: Notice) -> None:
        """Nothing: only the end counts."""

    def finish(self) -> int:
        from rich.console import Console

        from edgeclassify.watch.table import draw

        console = Console(soft_wrap=False, width=160, highlight=False)
        console.print(draw(self._board, self._where, time.time(), console.width, sys.maxsize))
        return ExitStatus.OK


class _Live(_View):
    """A table that fills the terminal, drawn again at most four times a second."""

    def __init__(self, config: Config) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__(config)
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, screen=True, auto_refresh=False)
        self._draw_at = 0.0

    def __enter__(self) -> _View:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, notice: Notice) -> None:
        """Nothing at once: the next picture has it."""

    def link(self, change: LinkChange) -> None:
        super().link(change)
        self._draw_at = 0.0
        self.refresh()

    def refresh(self) -> None:
        if time.monotonic() >= self._draw_at:
            self._live.update(self._picture(), refresh=True)
            self._draw_at = time.monotonic() + REDRAW_S

    def finish(self) -> int:
        self._console.print(self._picture())
        return ExitStatus.OK

    def _picture(self) -> Any:
        from edgeclassify.watch.table import draw

        width, height = self._console.size
        return draw(self._board, self._where, time.time(), width, height - 1)


class _Check(_View):
    """Every violation once, and a summary."""

    def __init__(self, config: Config) -> None:
        from edgeclassify.watch.conformity import Conformity

        super().__init__(config)
        self._conformity = Conformity(config.mqtt.prefix, config.home_assistant.prefix)

    def topics(self, config: Config, node: str) -> list[tuple[str, int]]:
        """Everything, with the QoS that it was published with."""
        mine = f"{config.mqtt.prefix}/#" if node == "+" else f"{config.mqtt.prefix}/{node}/#"
        return [(mine, 2), (f"{config.home_assistant.prefix}/device/{node}/config", 2)]

    def take(self, arrival: Arrival) -> None:
        for violation in self._conformity.take(arrival):
            click.echo(str(violation).encode("ascii", "backslashreplace").decode())

    def show(self, notice: Notice) -> None:
        click.echo(f"edgeclassify: {notice}", err=True)

    def link(self, change: LinkChange) -> None:
        from edgeclassify.watch.report import text

        click.echo(text(change), err=True)

    def finish(self) -> int:
        click.echo(self._conformity.summary())
        return ExitStatus.SOME_FAILED if self._conformity.violations else ExitStatus.OK
