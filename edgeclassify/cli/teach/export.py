"""`edgeclassify teach NAME export`: the model as one file."""

from __future__ import annotations

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.cli.support.teaching.model_name import pass_name


@click.command(short_help="The model as one file, for another machine.")
@click.argument("file", type=CONFIG_PATH, metavar="FILE")
@click.option("--no-pictures", is_flag=True, help="Without the small pictures of the examples.")
@pass_name
def export(name: str, file: Path, no_pictures: bool) -> None:
    """Write the model into one file: its head, its examples, and the small pictures that were kept of them.

    FILE may be a folder too: the file is NAME.taught.zip then. What the model stands on is not in it: the other
    machine must have the same base.

    \b
    Example:  edgeclassify teach gate export gate.taught.zip
    """
    from edgeclassify.files import printable
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name) as teacher:
        written = teacher.export(file, pictures=not no_pictures)
    click.echo(f"{name}: written to {printable(written)}")
