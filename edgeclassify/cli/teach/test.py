"""`edgeclassify teach NAME test`: how good a taught model is, on pictures that it does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.cli.support.teaching.model_name import pass_name
from edgeclassify.errors import ExitStatus, UsageError

if TYPE_CHECKING:  # numpy and OpenCV take a second to import on a small Pi: not for --help
    from edgeclassify.cli.support.teaching.test_run import TaughtTestRun


@click.command(short_help="How good is it, on pictures that it does not know?")
@click.argument("location", metavar="FOLDER|CSV", type=CONFIG_PATH)
@click.option("--plot", type=CONFIG_PATH, metavar="FILE.svg", help="Draw which label was taken for which.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_name
def test(name: str, location: Path, plot: Path | None, as_json: bool) -> int:
    """Hold the model against pictures whose labels you know, and that it was not taught.

    FOLDER has a sub-folder for each label, named as it (open/, closed/), with pictures; a CSV has the columns
    file, label. Pictures of none of the labels go into a folder unknown/: they are to be answered as unknown.

    Exit status 0; 1 where pictures could not be read.

    \b
    Example:  edgeclassify teach gate test pictures/
              edgeclassify teach gate test pictures/ --plot gate.svg
              edgeclassify teach gate test pictures/ --json | jq .accuracy
    """
    from edgeclassify.cli.support.teaching.test_run import run_test

    if plot is not None and plot.suffix.lower() != ".svg":
        raise UsageError(f"--plot: expected a file name that ends in .svg, found {str(plot)!r}.")
    return _tell(name, run_test(name, location), plot, as_json=as_json)


def _tell(name: str, run: TaughtTestRun, plot: Path | None, *, as_json: bool) -> int:
    from edgeclassify.cli.reports.taught_test import chart_of_test, print_taught_test, record_of_test
    from edgeclassify.cli.support.plot_file import write_svg
    from edgeclassify.pictures.matrix_chart import matrix_svg

    if plot is not None:
        write_svg(plot, matrix_svg(chart_of_test(name, run.tested)))
    for note in run.notes:
        click.echo(f"edgeclassify: {note}", err=True)
    if as_json:
        click.echo(json.dumps(record_of_test(name, run.tested, run.unreadable), indent=2, ensure_ascii=False))
    else:
        print_taught_test(name, run.tested, plot)
    return ExitStatus.SOME_FAILED if run.unreadable else ExitStatus.OK
