"""`edgeclassify calibrate`: do a model's scores mean what they say, on the user's own pictures?"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.cli.support.models_option import MODEL_OPTIONS, ModelOptions, model_options
from edgeclassify.cli.support.progress import items_with_bar
from edgeclassify.errors import ExitStatus, UsageError

if TYPE_CHECKING:  # numpy and OpenCV take a second to import on a small Pi: not for --help
    from edgeclassify.cli.support.calibrating.judged_model import Judged
    from edgeclassify.cli.support.view_options import WatchedBy


@click.command(short_help="Do scores mean what they say, on your pictures?")
@click.argument("location", metavar="FOLDER|CSV", type=CONFIG_PATH)
@click.option(
    "--config", "-c", "config", type=CONFIG_PATH, help="Judge a view of this config in place of --model."
)
@click.option("--view", metavar="NAME", help="Which view; not needed where the config has only one.")
@click.option(
    "--precision",
    type=click.FloatRange(0.5, 0.999),
    default=0.95,
    show_default=True,
    help="Share of right answers that the proposed threshold is for.",
)
@click.option("--plot", type=CONFIG_PATH, metavar="FILE.svg", help="Draw the reliability curve into this file.")
@click.option("--write", is_flag=True, help="Write the temperature into the sidecar beside the model.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@model_options
@click.pass_context
def calibrate(
    context: click.Context,
    location: Path,
    config: Path | None,
    view: str | None,
    precision: float,
    plot: Path | None,
    write: bool,
    as_json: bool,
    model: ModelOptions,
) -> int:
    """Hold a model's scores against pictures whose labels you know.

    FOLDER has a sub-folder for each label, named as it (cat/, dog/), with pictures; a CSV has the columns file,
    label. Pictures of none of the labels go into a folder unknown/. With --config the view's groups count as
    labels, and its roi is what is looked at.

    Fits the temperature, proposes thresholds, and says how far off the scores are before and after, on pictures
    that the fit did not see. Writes nothing unless told. Exit status 0; 1 where pictures could not be read.

    \b
    Example:  edgeclassify calibrate pictures/
              edgeclassify calibrate pictures/ --model mobilenet_v2 --plot curve.svg --write
              edgeclassify calibrate snapshots.csv --config /etc/edgeclassify/edgeclassify.toml --view gate
    """
    from edgeclassify.cli.support.calibrating.judged_model import judge
    from edgeclassify.cli.support.calibrating.labelled_images import find_labelled_images
    from edgeclassify.cli.support.view_options import view_of_config, view_of_model

    if plot is not None and plot.suffix.lower() != ".svg":
        raise UsageError(f"--plot: expected a file name that ends in .svg, found {str(plot)!r}.")
    images = find_labelled_images(location)
    if config is None and view is None:
        watched = view_of_model(model.choice())
    else:
        _refuse_both(context)
        watched = view_of_config(config, view)
    try:
        judged = judge(images, watched, str(location), precision, partial(items_with_bar, doing="classifying"))
    finally:
        watched.close()
    return _tell(judged, watched, plot, write=write, as_json=as_json)


def _refuse_both(context: click.Context) -> None:
    for name in MODEL_OPTIONS:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise UsageError(
                f"--{name.replace('_', '-')}: expected it without --config and --view, whose model section says "
                "it. Leave one out."
            )


def _tell(judged: Judged, watched: WatchedBy, plot: Path | None, *, write: bool, as_json: bool) -> int:
    from edgeclassify.cli.reports.calibration import calibration_record, print_calibration, reliability_chart
    from edgeclassify.cli.support.calibrating.written_temperature import write_temperature
    from edgeclassify.cli.support.plot_file import write_plot

    if plot is not None:
        write_plot(plot, reliability_chart(judged.found, watched.classifier.info.name))
    written = write_temperature(watched, judged.found.temperature) if write else None
    for note in judged.notes:
        click.echo(f"edgeclassify: {note}", err=True)
    if as_json:
        click.echo(json.dumps(calibration_record(judged, watched, written), indent=2))
    else:
        print_calibration(judged, watched, written, plot)
    return ExitStatus.SOME_FAILED if judged.unreadable else ExitStatus.OK
