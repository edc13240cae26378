"""`edgeclassify teach NAME move`: examples are of another class."""

from __future__ import annotations

from collections.abc import Sequence

import click

from edgeclassify.cli.support.teaching.model_name import pass_name


@click.command(short_help="Examples are of another class.")
@click.argument("label")
@click.argument("examples", metavar="EXAMPLE...", nargs=-1, required=True)
@pass_name
def move(name: str, label: str, examples: Sequence[str]) -> None:
    """Say that the EXAMPLEs are of the class LABEL; unknown: of none of the classes.

    An EXAMPLE is the number that `list --examples` shows, or its first digits, or the file that it is of.

    \b
    Example:  edgeclassify teach gate move closed 3f9a01c2
    """
    from edgeclassify.cli.support.teaching.labels import said_label
    from edgeclassify.cli.teach.steps.changes import tell_change
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name) as teacher:
        tell_change(teacher.move(examples, said_label(label)))
