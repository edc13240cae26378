"""`edgeclassify watch`: every node on a broker, as a table, as lines, or judged by the contract."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeclassify.errors import ConfigError, PublishError, UsageError

if TYPE_CHECKING:
    from edgeclassify.cli.watch_views import View
    from edgeclassify.config import Config

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

    On a terminal a table that is kept up to date; elsewhere one line per change, and with --for the table at the
    end.

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
    from edgeclassify.cli.watch_views import make_view

    named = str if path is not None else _in_options
    try:
        return _run(config, node, make_view(config, as_json, check, seconds, named), seconds)
    except (ConfigError, PublishError) as error:
        raise type(error)(named(str(error))) from error


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
        raise UsageError(_in_options(str(error))) from error


def _in_options(text: str) -> str:
    """A message on the config, in the words of the command line."""
    for key, option in _FLAGS.items():
        text = text.replace(key, option)
    return text


def _is_name(text: str) -> bool:
    from edgeclassify.config.sections import safe_name

    return safe_name(text) == text


def _run(config: Config, node: str | None, view: View, seconds: float | None) -> int:
    from edgeclassify.cli.output import check_reader
    from edgeclassify.cli.watch_views import REDRAW_S
    from edgeclassify.watch.subscriber import Subscriber

    end = None if seconds is None else time.monotonic() + seconds
    topics = view.topics(config, node or "+")
    try:
        subscriber = Subscriber(
            config.mqtt, topics, on_arrival=view.take, on_link=view.link, as_published=view.as_published
        )
        with subscriber, view:
            tick_at = time.monotonic() + _TICK_S
            while end is None or time.monotonic() < end:
                subscriber.step(REDRAW_S if end is None else min(REDRAW_S, max(0.0, end - time.monotonic())))
                if time.monotonic() >= tick_at:
                    check_reader()
                    view.tick()
                    tick_at = time.monotonic() + _TICK_S
                view.refresh()
    except KeyboardInterrupt:
        pass  # the usual way to end it
    return view.finish()
