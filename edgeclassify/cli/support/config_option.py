"""The option that names the config file, for every command that reads one."""

from pathlib import Path

import click

from edgeclassify.service.places import CONFIG

ENVIRONMENT = "EDGECLASSIFY_CONFIG"
CONFIG_PATH = click.Path(path_type=Path, readable=False)
"""Whether it can be read is said by whoever reads it, with what to do."""

config_option = click.option(
    "--config",
    "-c",
    "path",
    type=CONFIG_PATH,
    default=CONFIG,
    show_default=True,
    envvar=ENVIRONMENT,
    help="The config file.",
)
