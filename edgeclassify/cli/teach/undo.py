"""`edgeclassify teach NAME undo`: as it was before the last change."""

from __future__ import annotations

import click

from edgeclassify.cli.support.teaching.model_name import pass_name


@click.command(short_help="Take the last change back.")
@pass_name
def undo(name: str) -> None:
    """Take the last change of the model back: examples that came or went, or a fit. Again: the one before.

    \b
    Example:  edgeclassify teach gate undo
    """
    from edgeclassify.cli.teach.steps.changes import tell_change
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name) as teacher:
        tell_change(teacher.undo())
