"""`edgeclassify tune`: which settings a recording speaks for."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH

if TYPE_CHECKING:
    from edgeclassify.recording.tuning.search import Search


@click.command(short_help="Search settings on a recording whose truth is known.")
@click.argument("recording", type=CONFIG_PATH)
@click.option("--truth", type=CONFIG_PATH, metavar="CSV", help="What was to be seen: columns t, view, label.")
@click.option("--config", "-c", "path", type=CONFIG_PATH, help="Begin with the rules of this config.")
@click.option("--view", metavar="NAME", help="This view alone; of a .npz: this stream.")
@click.option("--tries", type=click.IntRange(1, 10_000), default=60, show_default=True, help="Settings to try.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed tries the same settings.")
@click.option("--plot", type=CONFIG_PATH, metavar="SVG", help="Draw wrong starts against delay into this file.")
def tune(
    recording: Path,
    truth: Path | None,
    path: Path | None,
    view: str | None,
    tries: int,
    seed: int,
    plot: Path | None,
) -> None:
    """Try settings on a recording of which it is known what was to be seen, and propose some.

    Writes nothing but the plot that is asked for: the proposed lines are printed. They are the best for this
    recording; see by `replay --config` what they do on another one.

    \b
    Example:  edgeclassify tune gate.jsonl.gz --truth truth.csv --plot gate.svg
              edgeclassify tune streams.npz --tries 200
    """
    from edgeclassify.cli.reports import tune as report
    from edgeclassify.cli.support.recordings import open_recorded, rules_by_config
    from edgeclassify.cli.support.tunable import Tunable
    from edgeclassify.errors import UsageError
    from edgeclassify.recording.tuning.search import Search

    if plot is not None and plot.suffix.lower() != ".svg":
        raise UsageError(f"--plot: expected a name that ends in .svg, found {plot}")
    recorded = open_recorded(recording, view)
    said: list[str] = []
    tunable = Tunable(recorded, rules_by_config(path, recorded, view), truth, said.append)
    search = Search(tunable.judged, tunable.present, seed)
    with _progress(tries) as advance:
        for _ in search.run(tries):
            advance()
    report.print_search(search, tunable.whose)
    if plot is not None:
        _draw(search, plot)
    for line in said:
        click.echo(f"edgeclassify: {line}", err=True)


def _draw(search: "Search", plot: Path) -> None:
    from edgeclassify.cli.reports.tune import chart_of
    from edgeclassify.errors import StorageError
    from edgeclassify.files import replace_file
    from edgeclassify.pictures.chart import svg

    try:
        replace_file(plot, svg(chart_of(search)).encode())
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(f"{plot}: can't be written: {reason}. Choose another place.") from error
    click.echo(f"plot: {plot}")


@contextmanager
def _progress(tries: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error where a person waits there; call what it gives for each setting."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("trying settings", total=tries)
        yield lambda: progress.advance(task)
