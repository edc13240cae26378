"""The option that names the config file, for every command that reads one."""

from pathlib import Path

import click

DEFAULT_CONFIG = Path("/etc/edgeclassify/edgeclassify.toml")

config_option = click.option(
    "--config",
    "-c",
    "path",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    show_default=True,
    envvar="EDGECLASSIFY_CONFIG",
    help="The config file.",
)
