"""`edgeclassify check FILE`: is this config right? Every fault at once, exit status 0 or 78."""

import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH, ENVIRONMENT
from edgeclassify.service.places import CONFIG

if TYPE_CHECKING:
    from edgeclassify.config import Config
    from edgeclassify.service.sandbox import Service


@click.command(short_help="Is this config right? Every fault at once.")
@click.argument("file", type=CONFIG_PATH, default=CONFIG, envvar=ENVIRONMENT)
@click.option("--schema", is_flag=True, help="Print the config's JSON Schema for editors, and exit.")
@click.option("--example", is_flag=True, help="Print a config with every key, its default and its unit, and exit.")
@click.option(
    "--print", "shown", is_flag=True, help="Print each key that the file and those below it say, and which."
)
@click.option("--elsewhere", is_flag=True, help="It is meant for another machine: what is not here is no fault.")
def check(file: Path, schema: bool, example: bool, shown: bool, elsewhere: bool) -> None:
    """Check the config FILE: every fault in one go. Exit status 0, or 78 with faults.

    Without FILE it is the one that `run` takes: of EDGECLASSIFY_CONFIG, else /etc/edgeclassify/edgeclassify.toml.

    With --print: what holds in the end of the file, of those that it includes, of the environment and of an
    update, each key with the file that it comes from; secrets are left out. It is printed before it is checked.

    Where the file is right, what it names is looked at too: sources, models and labels, password, certificates.
    What would end the daemon's start is a fault. A config in /etc/edgeclassify is the service's: its user must be
    able to read all that, where its sandbox lets it look.

    \b
    Example:  edgeclassify check /etc/edgeclassify/edgeclassify.toml
              edgeclassify check --example > edgeclassify.toml
              edgeclassify check --print edgeclassify.toml
    """
    from edgeclassify.config import json_schema, load_config
    from edgeclassify.config.reference import reference

    if example:
        click.echo(reference(), nl=False)
    elif schema:
        click.echo(json.dumps(json_schema(), indent=2))
    else:
        from edgeclassify.service.sandbox import service_of

        service = None if elsewhere else service_of(file)
        # With the service's variables, and the update in its state folder.
        with nullcontext() if service is None else service.environment():
            if shown:
                from edgeclassify.config.layers.shown import shown_config

                click.echo(shown_config(file), nl=False)
            config = load_config(file)
        _look_further(config, file, service, elsewhere)
        views = ", ".join(view.name for view in config.views())
        cameras = ", ".join(f"{camera.name} ({camera.source.partition(':')[0]})" for camera in config.camera)
        page = f" Page: {config.web.address}." if config.web.enabled else ""
        rest = f"{_ways_out(config)}{page} {_days_of(config)}{_profiles_of(config)}"
        click.echo(f"{file}: ok. Cameras: {cameras}. Views: {views}. {rest}")


def _days_of(config: "Config") -> str:
    """By which clock days begin."""
    zone = config.node.time_zone
    return f"Days: {zone}." if zone else f"Days: the machine's time zone ({'/'.join(dict.fromkeys(time.tzname))})."


def _profiles_of(config: "Config") -> str:
    """Their names, with the times at which they are on by themselves."""
    if not config.profile:
        return ""
    named = (f"{name} ({', '.join(one.when)})" if one.when else name for name, one in config.profile.items())
    return f" Profiles: {', '.join(named)}."


def _look_further(config: "Config", file: Path, service: "Service | None", elsewhere: bool) -> None:
    from edgeclassify.cli.support.models_option import ENVIRONMENT, default_model
    from edgeclassify.documents.faults import report
    from edgeclassify.errors import ConfigError
    from edgeclassify.preflight.config_rights import config_problems
    from edgeclassify.preflight.looking_further import look_further
    from edgeclassify.redaction import scrubbed

    with nullcontext() if service is None else service.environment():
        used = default_model(config)
        named_by = "model.name" if used is config else ENVIRONMENT
        found = look_further(used, named_by, service=service, elsewhere=elsewhere)
    found.take(config_problems(config, file, service))
    for line in found.warnings:
        click.echo(scrubbed(f"edgeclassify: {file}: warning: {line}"), err=True)
    if found.faults:
        raise ConfigError(report(str(file), found.faults))


def _ways_out(config: "Config") -> str:
    """Where events go, and what there is not without a broker."""
    from edgeclassify.broker.servers import Servers
    from edgeclassify.redaction import redacted_to_server

    broker = Servers.of(config.mqtt, config.node.name).described
    webhook = "" if config.webhook is None else f" Webhook: {redacted_to_server(config.webhook.url)}."
    if config.mqtt.enabled:
        return f"Broker: {broker}.{webhook}"
    webhook = webhook or " Events stay on this node, in its history."
    return f"Broker: none, and so no states, commands, snapshots over MQTT, or Home Assistant.{webhook}"
