"""`edgeclassify archive`: the classes of all images of an archive, into Parquet files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.ended_by_signals import ended_by_signals
from edgeclassify.cli.support.models_option import ModelOptions, model_options, not_empty
from edgeclassify.errors import ExitStatus, RuntimeMissingError, UsageError

if TYPE_CHECKING:
    from edgeclassify.archive.archived import Archived
    from edgeclassify.archive.running.interface import Runner
    from edgeclassify.archive.wanted import Wanted


@click.command(short_help="Which classes are in this archive of images?")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--out", metavar="FOLDER", required=True, callback=not_empty, help="Where the output goes.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes on this machine. [default: one per core]")
@click.option(
    "--scheduler",
    metavar="URL",
    callback=not_empty,
    help="Run on the Dask cluster of this scheduler (tcp://host:8786), not here.",
)
@click.option(
    "--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many labels of each image."
)
@click.option("--groups", type=click.Choice(["everyday"]), help="Add the labels up to these groups too.")
@click.option(
    "--still", is_flag=True, help="Don't classify images on which nothing has moved since the ones before."
)
@click.option(
    "--every",
    type=click.FloatRange(0.04, 86_400),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Of a video take a frame so often.",
)
@click.option("--csv", "as_csv", is_flag=True, help="All rows in images.csv too.")
@click.option("--no-summary", is_flag=True, help="Leave the page and the contact sheets out.")
@click.option("--again", is_flag=True, help="Begin anew: the output that is there goes.")
@model_options
def archive(
    sources: Sequence[str],
    out: str,
    jobs: int | None,
    scheduler: str | None,
    top: int,
    groups: str | None,
    still: bool,
    every: float,
    as_csv: bool,
    no_summary: bool,
    again: bool,
    model: ModelOptions,
) -> int:
    """Classify the images of folders, globs, lists, tar files, videos and stores into Parquet files.

    Each image once, whatever is wrong with it: then its row tells the fault. Interrupted or killed, the same
    command goes on where it ended. Exit status 0; 1 where some images have a fault; 65 where all have.

    \b
    Example:  edgeclassify archive photos/ --out photos.out
              edgeclassify archive /mnt/cards/*.tar --out cards.out --still --csv
              edgeclassify archive s3://traps/2026/ --out traps.out --scheduler tcp://cluster:8786
    """
    from edgeclassify.archive.wanted import Wanted

    if not all(source.strip() for source in sources):
        raise UsageError("archive: expected folders, files or URLs, found an empty word. Is a variable unset?")
    if jobs is not None and scheduler is not None:
        raise UsageError("--jobs: expected without --scheduler, whose workers decide how many there are.")
    _check_packages()
    from edgeclassify.archive.archiving import archive as run_archive
    from edgeclassify.archive.listing.options import ListingOptions
    from edgeclassify.cli.support.archive_progress import ArchiveProgress

    folder, began = Path(out), time.monotonic()

    wanted = Wanted(model.choice(), top, groups, still)
    with ended_by_signals(), ArchiveProgress() as progress:

        def open_runner(wanted: Wanted) -> Runner:
            return _here(wanted, jobs) if scheduler is None else _on_cluster(wanted, scheduler, progress.note)

        try:
            done = run_archive(
                sources,
                folder,
                wanted,
                ListingOptions(frames_apart_s=every),
                open_runner=open_runner,
                again=again,
                listed=progress.listed,
                said=progress.said,
            )
            progress.tell("writing what follows from it")
            faults = _finished(folder, top, as_csv=as_csv, with_summary=not no_summary)
        except KeyboardInterrupt:
            progress.close()
            click.echo(
                f"edgeclassify: ended early: {progress.in_words}. The same command goes on from here.", err=True
            )
            raise
    _print_end(folder, done, faults, time.monotonic() - began)
    if done.faults == done.images:
        return ExitStatus.DATA
    return ExitStatus.SOME_FAILED if done.faults else ExitStatus.OK


def _here(wanted: Wanted, jobs: int | None) -> Runner:
    from edgeclassify.archive.running.processes import Processes
    from edgeclassify.model.runtime.cores import usable_cores

    return Processes(wanted, jobs or usable_cores())


def _on_cluster(wanted: Wanted, scheduler: str, said: Callable[[str], None]) -> Runner:
    from edgeclassify.archive.running.dask_cluster import DaskCluster

    return DaskCluster(wanted, scheduler, said)


def _check_packages() -> None:
    """Raises RuntimeMissingError where what writes Parquet is not installed."""
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        raise RuntimeMissingError(
            "archive: expected pyarrow, which writes Parquet, found none. Install it: "
            "pip install 'edgeclassify[archive]'"
        )


def _finished(folder: Path, top: int, *, as_csv: bool, with_summary: bool) -> Path | None:
    """What is made of the parts. Returns the list of faults, where there are any."""
    from edgeclassify.archive.output.csv_files import write_csv, write_faults

    if as_csv:
        write_csv(folder, top)
    faults = write_faults(folder)
    if with_summary:
        from edgeclassify.archive.summary.summary import write_summary

        write_summary(folder)
    return faults


def _print_end(folder: Path, done: Archived, faults: Path | None, took_s: float) -> None:
    from edgeclassify.files import printable

    parts = "1 part" if done.parts == 1 else f"{done.parts} parts"
    click.echo(f"{printable(folder)}: {done.images} images in {parts}")
    if done.here:
        click.echo(f"  now: {done.here} in {took_s:.1f} s, {done.here / took_s:.1f} images/s")
    else:
        click.echo("  all of them were done before: --again makes them anew")
    if done.still:
        click.echo(f"  nothing moved on {done.still}: not classified")
    if done.faults:
        click.echo(f"  with a fault: {done.faults}, listed in {printable(faults or folder)}")
