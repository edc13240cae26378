"""`edgeclassify teach NAME undo`: as it was before the last change."""

from __future__ import annotations

import click

from edgeclassify.cli.support.teaching.model_name import pass_name


@click.command(short_help="Take the last change back.")
@click.option("--to", type=click.IntRange(min=1), metavar="N", help="Go to version N, of those that --list shows.")
@click.option("--list", "as_list", is_flag=True, help="Only show the versions that are kept.")
@pass_name
def undo(name: str, to: int | None, as_list: bool) -> None:
    """Take the last change of the model back: examples that came or went, or a fit. Again: the one before.

    What was so taken back is a version as well: --to brings it again.

    \b
    Example:  edgeclassify teach gate undo
              edgeclassify teach gate undo --list
              edgeclassify teach gate undo --to 7
    """
    from edgeclassify.cli.reports.teaching import print_versions
    from edgeclassify.cli.teach.steps.changes import tell_change
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name) as teacher:
        if as_list:
            print_versions(teacher.manifest())
        else:
            tell_change(teacher.undo(to))
