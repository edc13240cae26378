"""`edgeclassify teach NAME correct EVENT_ID LABEL`: an event was wrong, and becomes an example of what it was."""

from __future__ import annotations

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import config_option
from edgeclassify.cli.support.teaching.model_name import pass_name
from edgeclassify.errors import MissingInputError, UsageError


@click.command(short_help="An event was wrong: say what it was.")
@click.argument("event_id")
@click.argument("label", required=False)
@click.option("--wrong", is_flag=True, help="It was not what was said: of two classes the other one, else none.")
@click.option("--no-fit", is_flag=True, help="Do not fit the model afterwards.")
@config_option
@pass_name
def correct(name: str, event_id: str, label: str | None, wrong: bool, no_fit: bool, path: Path) -> None:
    """Make what was behind an event an example of LABEL; unknown: of none of the classes.

    EVENT_ID is the id of the event, as `edgeclassify history --json` shows it. The daemon keeps what was behind an
    event for some days (teaching.keep_days). The example weighs more than others, and the model is fitted anew.

    \b
    Example:  edgeclassify teach gate correct 01JDT3W8Q2 closed
              edgeclassify teach gate correct 01JDT3W8Q2 --wrong
    """
    if (label is None) is not wrong:
        raise UsageError("teach: correct: expected a LABEL or --wrong, and one of them alone.")
    from edgeclassify.cli.support.teaching.labels import said_label, shown_label
    from edgeclassify.cli.support.teaching.look_file import looks_of
    from edgeclassify.cli.teach.steps.fitting import fit_and_tell
    from edgeclassify.cli.teach.steps.labelling_run import WAIT_S
    from edgeclassify.teaching.corrections import label_instead
    from edgeclassify.teaching.teacher import Teacher

    with looks_of(path) as looks:
        look = looks.store.of_event(event_id)
        if look is None:
            days = looks.config.teaching.keep_days
            raise MissingInputError(
                f"{event_id}: nothing is kept of such an event: it is older than {days:g} "
                "days (teaching.keep_days), made room for others, or has another id. edgeclassify history --json "
                "shows ids."
            )
        with Teacher(name, keep_pictures=looks.keeps_pictures, wait_s=WAIT_S) as teacher:
            meant = label_instead(teacher.manifest().labels, look.label) if wrong else said_label(label or "")
            added = teacher.add_looks(meant, [look])
            was = f"{shown_label(look.label)} was said, {shown_label(meant)} it was"
            known = "" if added.new else " (known already)"
            click.echo(f"{name}: {event_id}: {was}{known}.")
            if not no_fit:
                fit_and_tell(teacher)
