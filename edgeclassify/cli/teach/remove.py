"""`edgeclassify teach NAME remove`: examples are taken out, or the whole model."""

from __future__ import annotations

from collections.abc import Sequence

import click

from edgeclassify.cli.support.teaching.model_name import pass_name
from edgeclassify.errors import UsageError


@click.command(short_help="Take examples out, or remove the whole model.")
@click.argument("examples", metavar="[EXAMPLE]...", nargs=-1)
@click.option("--label", metavar="LABEL", help="All examples of this class; unknown: of none.")
@click.option("--model", is_flag=True, help="The whole model, with all that belongs to it: for good.")
@pass_name
def remove(name: str, examples: Sequence[str], label: str | None, model: bool) -> None:
    """Take EXAMPLEs out: by the number that `list --examples` shows, its first digits, or the file that it is of.

    \b
    Example:  edgeclassify teach gate remove 3f9a01c2 77e0
              edgeclassify teach gate remove --label ajar
              edgeclassify teach gate remove --model
    """
    if [bool(examples), label is not None, model].count(True) != 1:
        raise UsageError("teach: remove: expected EXAMPLEs, --label LABEL or --model, and one of them alone.")
    from edgeclassify.cli.support.teaching.labels import said_label
    from edgeclassify.cli.teach.steps.changes import tell_change
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name) as teacher:
        if model:
            click.echo(f"{name}: removed, with all that belongs to it: {teacher.remove_model()}")
        elif label is None:
            tell_change(teacher.remove(examples))
        else:
            tell_change(teacher.remove_class(said_label(label)))
