"""`edgeclassify teach NAME add`: pictures of files, folders, URLs or a camera become examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from edgeclassify.cli.support.config_option import config_option
from edgeclassify.cli.support.teaching.model_name import base_option, pass_name
from edgeclassify.errors import ExitStatus, UsageError

COUNT = 10
"""Pictures of a camera, where nothing else is asked for."""


@click.command(short_help="Pictures of a class: files, folders, URLs, or a camera's.")
@click.argument("label")
@click.argument("locations", metavar="[PATH|FOLDER|URL]...", nargs=-1)
@click.option("--camera", metavar="NAME", help="Of this camera of the config. The daemon must not run.")
@click.option("--view", metavar="NAME", help="Of what this view of the config looks at.")
@click.option("--count", type=click.IntRange(1, 100), help=f"Of a camera: how many. [default: {COUNT}]")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 3600),
    help="Of a camera: for how long it is watched. [default: one for each picture]",
)
@config_option
@base_option
@click.option("--no-pictures", is_flag=True, help="Keep no small pictures of the examples.")
@click.option("--insecure", is_flag=True, help="Take any certificate of an https:// URL, as a camera signs it.")
@click.option("--fit", is_flag=True, help="Fit it at once, as the command fit does.")
@pass_name
def add(
    name: str,
    label: str,
    locations: Sequence[str],
    camera: str | None,
    view: str | None,
    count: int | None,
    seconds: float | None,
    path: Path,
    base: str | None,
    no_pictures: bool,
    insecure: bool,
    fit: bool,
) -> int:
    """Make pictures examples of the class LABEL. The first ones make the model.

    A folder stands for the pictures in it and below it. Pictures of none of the classes go to the LABEL unknown.
    With --camera or --view a camera is watched for some seconds, and those of its pictures that differ most are
    taken: move what is to be seen, change the light. Exit status 0; 1 if a picture failed while others became
    examples.

    \b
    Example:  edgeclassify teach gate add open pictures/open/ https://example.org/gate.jpg
              edgeclassify teach gate add closed --view yard --count 20
              edgeclassify teach gate add unknown pictures/other/
              edgeclassify teach leaf add healthy healthy/ --base mobilenet_v2
    """
    has_camera = camera is not None or view is not None
    if bool(locations) == has_camera:
        found = "both" if locations else "neither"
        raise UsageError(f"teach: expected files, folders or URLs, or --camera or --view, found {found}.")
    if not has_camera and (count is not None or seconds is not None):
        raise UsageError("teach: --count and --seconds are about a camera: expected them with --camera or --view.")
    from edgeclassify.cli.support.teaching.labels import said_label
    from edgeclassify.cli.teach.steps.adding import add_of_camera, add_of_files, tell_next
    from edgeclassify.teaching.teacher import Teacher

    with Teacher(name, keep_pictures=not no_pictures) as teacher:
        if has_camera:
            number = count or COUNT
            watched = number if seconds is None else seconds
            add_of_camera(teacher, said_label(label), path, camera, view, number, watched, base)
            failed = 0
        else:
            failed = add_of_files(teacher, said_label(label), locations, base, verify=not insecure)
        if fit:
            from edgeclassify.cli.teach.steps.fitting import fit_and_tell

            fit_and_tell(teacher)
        else:
            tell_next(teacher.manifest())
    return ExitStatus.SOME_FAILED if failed else ExitStatus.OK
