"""`edgeclassify teach NAME import`: a model that was exported elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.cli.support.teaching.model_name import pass_name


@click.command("import", short_help="A model that was exported elsewhere.")
@click.argument("file", type=CONFIG_PATH, metavar="FILE")
@click.option("--replace", is_flag=True, help="In place of the model that is there; undo brings that back.")
@pass_name
def import_(name: str, file: Path, replace: bool) -> None:
    """Take over a model that `export` wrote, under this NAME, which may be another one than it had.

    \b
    Example:  edgeclassify teach gate import gate.taught.zip
    """
    from edgeclassify.cli.teach.steps.changes import tell_change
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name) as teacher:
        tell_change(teacher.import_file(file, in_place=replace))
