"""`edgeclassify check FILE`: is this config right? Every fault at once, exit status 0 or 78."""

import json
from pathlib import Path

import click


@click.command(short_help="Is this config right? Every fault at once.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--schema", is_flag=True, help="Print the config's JSON Schema for editors, and exit.")
@click.option("--example", is_flag=True, help="Print a config with every key, its default and its unit, and exit.")
def check(file: Path | None, schema: bool, example: bool) -> None:
    """Check the config FILE: every fault in one go. Exit status 0, or 78 with faults.

    \b
    Example:  edgeclassify check /etc/edgeclassify/edgeclassify.toml
              edgeclassify check --example > edgeclassify.toml
    """
    from edgeclassify.config import json_schema, load_config
    from edgeclassify.config.reference import reference

    if example:
        click.echo(reference(), nl=False)
    elif schema:
        click.echo(json.dumps(json_schema(), indent=2))
    elif file is None:
        raise click.UsageError("Missing argument 'FILE': the config to check.")
    else:
        config = load_config(file)
        views = ", ".join(view.name for view in config.views())
        cameras = ", ".join(f"{camera.name} ({camera.source.partition(':')[0]})" for camera in config.camera)
        broker = f"{config.mqtt.host}:{config.mqtt.port}"
        click.echo(f"{file}: ok. Cameras: {cameras}. Views: {views}. Broker: {broker}.")
