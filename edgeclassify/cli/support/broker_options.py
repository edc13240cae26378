"""Which broker a command means that goes to one from outside: by a config, or by options in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from edgeclassify.config import Config

_Function = TypeVar("_Function", bound=Callable[..., Any])
_FLAGS = {
    "mqtt.password_file": "--password-file",
    "mqtt.username": "--username",
    "mqtt.protocol": "the broker's version of MQTT",
    "mqtt.prefix": "--prefix",
    "mqtt.tls.ca": "--ca",
    "mqtt.tls.cert": "--cert",
    "mqtt.tls.key": "--key",
    "mqtt.hosts": "--host",
    "mqtt.host": "--host",
    "mqtt.port": "--port",
}
"""Key of the config → the option that has its place here."""
_OPTIONS = (
    click.option(
        "--host",
        "hosts",
        metavar="HOST[:PORT]",
        multiple=True,
        help="The broker; default: localhost. Repeated: its servers, of which the next is used where one fails.",
    ),
    click.option("--port", type=click.IntRange(1, 65535), help="Its TCP port; default: 1883, with TLS 8883."),
    click.option(
        "--config",
        "-c",
        "path",
        type=CONFIG_PATH,
        help="Broker, prefix and password as in this config.",
    ),
    click.option("--prefix", metavar="TOPIC", help="First topic level(s); default: edgeclassify."),
    click.option("--username", metavar="NAME", help="User name at the broker."),
    click.option(
        "--password-file",
        metavar="FILE",
        help="File with the password; else the variable EDGECLASSIFY_MQTT_PASSWORD.",
    ),
    click.option("--tls", is_flag=True, help="Encrypt, with the system's CA certificates."),
    click.option("--ca", metavar="FILE", help="CA certificate (PEM): encrypt."),
    click.option("--cert", metavar="FILE", help="Client certificate (PEM)."),
    click.option("--key", metavar="FILE", help="Private key of the client certificate (PEM)."),
)


def broker_options(function: _Function) -> _Function:
    """Adds them to a command, which gets `path`, and the rest by their names."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def group_option(function: _Function) -> _Function:
    """Adds `group` (--group) to a command."""
    return click.option(
        "--group",
        metavar="NAME",
        help="Share events with all others of this group: each event goes to one of them. MQTT 5.",
    )(function)


def settings_of(command: str, path: Path | None, given: dict[str, Any]) -> Config:
    """The config of the file, as its service reads it, or one made of the options.

    Raises ConfigError, UsageError.
    """
    from edgeclassify.config import parse_config
    from edgeclassify.service.sandbox import config_seen

    named = ["--host" if key == "hosts" else f"--{key.replace('_', '-')}" for key, value in given.items() if value]
    if path is not None:
        if named:
            raise UsageError(
                f"{command}: expected either --config or options of the broker, found --config and {named[0]}"
            )
        return config_seen(path)[0]
    tls = {key: given[key] for key in ("ca", "cert", "key") if given[key] is not None}
    mqtt = {key: given[key] for key in ("port", "prefix", "username", "password_file") if given[key] is not None}
    mqtt |= _servers(command, list(given["hosts"]), given["port"])
    if tls or given["tls"]:
        mqtt = ({} if "hosts" in mqtt else {"port": 8883}) | mqtt | {"tls": tls}
    document = {"mqtt": mqtt, "camera": [{"source": "synthetic:"}]}
    try:
        return parse_config(document, command, Path.cwd())
    except ConfigError as error:
        raise UsageError(in_options(str(error))) from error


def _servers(command: str, hosts: list[str], port: int | None) -> dict[str, Any]:
    """The keys of the config for --host: one without a port of its own goes with --port."""
    from edgeclassify.config.values import split_host_port

    if not hosts:
        return {}
    try:
        host, its_own = split_host_port(hosts[0])
    except ValueError:
        host, its_own = hosts[0], None  # the config says what is wrong with it
    if len(hosts) == 1 and its_own is None:
        return {"host": host}
    if port is not None:
        raise UsageError(
            f"{command}: --port: expected with one --host alone, found it with {', '.join(hosts)}. "
            "Write the port behind the host: --host broker.local:1884"
        )
    return {"hosts": hosts}


def in_options(text: str) -> str:
    """A message on the config, in the words of the command line."""
    for key, option in _FLAGS.items():
        text = text.replace(key, option)
    return text
