"""`edgeclassify service forget-node`: what the node has left on its broker, taken back before the service goes."""

from __future__ import annotations

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import config_option


@click.command(hidden=True, short_help="Take back what the node has left on its broker.")
@config_option
@click.pass_context
def forget_node(context: click.Context, path: Path) -> None:
    """Remove what this node has left on its broker, its device in Home Assistant with it; the config says where.

    Where that can't be done it is said, and the exit status is 0 all the same: who removes the service goes on.
    """
    import os

    from edgeclassify.broker.credentials import MQTT_PASSWORD
    from edgeclassify.cli.watch import watch
    from edgeclassify.errors import EdgeClassifyError
    from edgeclassify.service.credential_store import stored_secret
    from edgeclassify.service.sandbox import config_seen

    if not path.exists():
        return
    name = "NODE"
    try:
        config, service = config_seen(path)
        if not config.mqtt.enabled:
            return
        name = config.node.name
        if config.mqtt.password_file is None:
            variables = {} if service is None else service.variables
            secret = variables.get(MQTT_PASSWORD.variable) or stored_secret(path, MQTT_PASSWORD.credential)
            if secret:
                os.environ.setdefault(MQTT_PASSWORD.variable, secret)
        context.invoke(watch, path=path, forget=name)
    except EdgeClassifyError as error:
        click.echo(
            f"{error}\nwhat {'this node' if name == 'NODE' else name} left on its broker is still there; later, "
            f"from any machine: edgeclassify watch --host BROKER --forget {name}",
            err=True,
        )
