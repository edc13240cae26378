"""`edgeclassify tune`: which settings a recording speaks for."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.cli.support.progress import bar_of

if TYPE_CHECKING:
    from edgeclassify.config import Config
    from edgeclassify.recording.tuning.search import Search
    from edgeclassify.recording.tuning.settings import Setting


@click.command(short_help="Search settings on a recording whose truth is known.")
@click.argument("recording", type=CONFIG_PATH)
@click.option("--truth", type=CONFIG_PATH, metavar="CSV", help="What was to be seen: columns t, view, label.")
@click.option("--config", "-c", "path", type=CONFIG_PATH, help="Begin with the rules of this config.")
@click.option("--view", metavar="NAME", help="This view alone; of a .npz: this stream.")
@click.option("--tries", type=click.IntRange(1, 10_000), default=60, show_default=True, help="Settings to try.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed tries the same settings.")
@click.option("--plot", type=CONFIG_PATH, metavar="SVG", help="Draw wrong starts against delay into this file.")
@click.option("--write", is_flag=True, help="Set the proposed keys in the file of --config; nothing else changes.")
def tune(
    recording: Path,
    truth: Path | None,
    path: Path | None,
    view: str | None,
    tries: int,
    seed: int,
    plot: Path | None,
    write: bool,
) -> None:
    """Try settings on a recording of which it is known what was to be seen, and propose some.

    The proposed lines are printed; nothing is written but what --plot and --write ask for. They are the best for
    this recording; see by `replay --config` what they do on another one.

    \b
    Example:  edgeclassify tune gate.jsonl.gz --truth truth.csv --plot gate.svg
              edgeclassify tune gate.jsonl.gz --truth truth.csv --config edgeclassify.toml --write
    """
    from edgeclassify.cli.reports import tune as report
    from edgeclassify.cli.support.recorded.recordings import open_recorded, rules_by_config
    from edgeclassify.cli.support.recorded.tunable import Tunable
    from edgeclassify.errors import UsageError
    from edgeclassify.recording.tuning.search import Search

    if plot is not None and plot.suffix.lower() != ".svg":
        raise UsageError(f"--plot: expected a name that ends in .svg, found {plot}")
    target = _target(path) if write else None
    recorded = open_recorded(recording, view)
    said: list[str] = []
    tunable = Tunable(recorded, rules_by_config(path, recorded, view), truth, said.append)
    section = "" if target is None else tunable.section_of(target)
    search = Search(tunable.judged, tunable.present, seed)
    with bar_of("trying settings", tries) as advance:
        for _ in search.run(tries):
            advance()
    report.print_search(search, tunable.whose)
    if plot is not None:
        _draw(search, plot)
    for line in said:
        click.echo(f"edgeclassify: {line}", err=True)
    if path is not None and section and search.best is not search.present:
        _write(path, section, search.best.setting)


def _target(path: Path | None) -> "Config":
    """What is written into later. Raises UsageError, StorageError, ConfigError."""
    from edgeclassify.cli.support.recorded.tuned_config import check_writable
    from edgeclassify.errors import UsageError
    from edgeclassify.service.sandbox import config_seen

    if path is None:
        raise UsageError("--write: expected --config with the file to write into, found none")
    config, _ = config_seen(path)
    check_writable(path)
    return config


def _write(path: Path, view: str, setting: "Setting") -> None:
    from edgeclassify.cli.support.recorded.tuned_config import write_keys

    changed = write_keys(path, view, setting.keys())
    click.echo(f"written: {path}, [[view]] {view}: {', '.join(changed) or 'as it was'}. A reload takes it up.")


def _draw(search: "Search", plot: Path) -> None:
    from edgeclassify.cli.reports.tune import chart_of
    from edgeclassify.cli.support.plot_file import write_plot

    write_plot(plot, chart_of(search))
    click.echo(f"plot: {plot}")
