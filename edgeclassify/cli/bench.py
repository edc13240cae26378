"""`edgeclassify bench`: what a frame costs on this machine, stage by stage, beside the bare invoke()."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH
from edgeclassify.cli.support.ended_by_signals import ended_by_signals
from edgeclassify.cli.support.models_option import ENVIRONMENT, model_section, not_empty
from edgeclassify.errors import EdgeClassifyError, ExitStatus, UsageError

if TYPE_CHECKING:
    from edgeclassify.bench.order import BenchOrder, BrokerOrder
    from edgeclassify.bench.result import BenchResult

_MOST_THREADS = 64
_MOST_RUNS = 64


@click.command(short_help="What does a frame cost on this machine?")
@click.option(
    "--models",
    "-m",
    envvar=ENVIRONMENT,
    metavar="NAME|FILE,...",
    callback=not_empty,
    default="builtin",
    show_default=True,
    help=f"Names of the catalog or .tflite files. [env: {ENVIRONMENT}]",
)
@click.option(
    "--threads", metavar="N,...", callback=not_empty, default="auto", show_default=True, help="Threads per invoke."
)
@click.option(
    "--runtime",
    type=click.Choice(["auto", "litert", "tflite-runtime", "both"]),
    default="auto",
    show_default=True,
    help="What runs the models; both: each that is here.",
)
@click.option("--delegate", metavar="LIBRARY", callback=not_empty, help="Shared library of an accelerator.")
@click.option(
    "--delegate-option", metavar="KEY=VALUE", multiple=True, help="What it is told; may be given several times."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.5, max=3600),
    default=5.0,
    show_default=True,
    help="How long frames of each run are timed. It takes three times as long, with a slow camera minutes.",
)
@click.option(
    "--source",
    metavar="SOURCE",
    callback=not_empty,
    help="A camera, as in the config. [default: frames in memory]",
)
@click.option(
    "--broker",
    metavar="HOST[:PORT]",
    callback=not_empty,
    help="Publish to this MQTT broker. [default: nowhere]",
)
@click.option("--username", metavar="NAME", callback=not_empty, help="At the broker.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as docs/boards.md collects them.")
@click.option("--plot", type=CONFIG_PATH, metavar="FILE.png", help="Draw a bar for each run into this file.")
def bench(
    models: str,
    threads: str,
    runtime: str,
    delegate: str | None,
    delegate_option: tuple[str, ...],
    seconds: float,
    source: str | None,
    broker: str | None,
    username: str | None,
    as_json: bool,
    plot: Path | None,
) -> int:
    """Measure what a frame costs here: each stage, frames per second, processor time, memory and heat.

    Frames go the daemon's own way: through pipeline, rules, spool and sink. In turns with them runs a loop of
    nothing but invoke(), in the same process; efficiency is the one's time over the other's: at 1 a frame would
    cost nothing but its invoke(). Each combination of model, runtime and threads is a run in a process of its own.
    Stop the service first, or both are slow.

    The password of a broker is that in EDGECLASSIFY_MQTT_PASSWORD. Exit status 0; 1 where a run of several could
    not be made, or the broker may keep something.

    \b
    Example:  edgeclassify bench
              edgeclassify bench --models builtin,mobilenet_v2 --threads 1,2,4 --plot bench.png
              edgeclassify bench --models mobilenet_v2 --runtime both --json > board.json
              edgeclassify bench --source picamera:0 --broker broker.local --seconds 60
    """
    from edgeclassify.bench.benchmark import run_all
    from edgeclassify.cli.reports.bench import print_result
    from edgeclassify.cli.support.plot_file import check_place

    if not math.isfinite(seconds):
        raise UsageError(f"--seconds: expected a number, found {seconds}.")
    if plot is not None and plot.suffix.lower() != ".png":
        raise UsageError(f"--plot: expected a file name that ends in .png, found {str(plot)!r}.")
    if plot is not None and not plot.absolute().parent.is_dir():
        raise UsageError(f"--plot: expected a file in a folder that is there, found {str(plot)!r}.")
    to = None if broker is None else _broker(broker, username)
    if to is None and username is not None:
        raise UsageError("--username: expected with --broker, found it without.")
    delegates = (delegate, delegate_option)
    orders = list(_orders(_models(models), _threads(threads), _runtimes(runtime), delegates, seconds, source, to))
    if len(orders) > _MOST_RUNS:
        raise UsageError(f"bench: expected at most {_MOST_RUNS} combinations, found {len(orders)}. Ask for fewer.")
    if plot is not None:
        check_place(plot)
    if to is not None:
        _check_broker(to)
    with ended_by_signals(), _taken_back(to) as is_clean:
        with _progress(len(orders)) as tell:
            result = run_all(orders, tell)
        if as_json:
            click.echo(result.text(), nl=False)
        else:
            print_result(result)
        for one in result.refused:
            click.echo(f"edgeclassify: {one.model}, {one.runtime}, threads {one.threads}: {one.reason}", err=True)
        if plot is not None:
            _write_plot(plot, result)
    return ExitStatus.SOME_FAILED if result.refused or not is_clean() else ExitStatus.OK


def _models(text: str) -> list[str]:
    return _listed("--models", text)


def _listed(option: str, text: str) -> list[str]:
    """The words between the commas, each once."""
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise UsageError(f"{option}: expected words with commas between them, found {text!r}.")
    return list(dict.fromkeys(words))


def _threads(text: str) -> list[int | None]:
    """Each number; None: auto."""
    from edgeclassify.bench.order import cores

    found: list[int | None] = []
    for word in _listed("--threads", text):
        if word == "auto":
            found.append(None)
            continue
        try:
            number = int(word)
        except ValueError:
            number = 0
        if not 1 <= number <= _MOST_THREADS:
            raise UsageError(f"--threads: expected auto or numbers from 1 to {_MOST_THREADS}, found {word!r}.")
        found.append(number)
    most = max((number for number in found if number is not None), default=0)
    if most > cores():
        click.echo(
            f"edgeclassify: --threads {most}: more than the {cores()} cores here: threads wait for each other.",
            err=True,
        )
    return found


def _runtimes(runtime: str) -> list[str]:
    from edgeclassify.model.runtime.runtimes import available_runtimes, runtime_name

    if runtime != "both":
        return [runtime]
    here = available_runtimes()
    if not here:
        runtime_name()  # says it
    for missing in {"litert", "tflite-runtime"}.difference(here):
        click.echo(f"edgeclassify: --runtime both: {missing} is not here, and left out.", err=True)
    return list(here)


def _orders(
    models: list[str],
    threads: list[int | None],
    runtimes: list[str],
    delegates: tuple[str | None, tuple[str, ...]],
    seconds: float,
    source: str | None,
    broker: BrokerOrder | None,
) -> Iterator[BenchOrder]:
    """A run for each combination."""
    from edgeclassify.bench.order import BenchOrder

    for name in models:
        for runtime in runtimes:
            for number in threads:
                choice = model_section(name, None, runtime, number, *delegates)
                yield BenchOrder(choice, seconds, source, broker)


def _broker(text: str, username: str | None) -> BrokerOrder:
    """HOST, HOST:PORT or [ADDRESS]:PORT."""
    from edgeclassify.bench.order import BrokerOrder

    host, port = text, "1883"
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise UsageError(f"--broker: expected HOST or HOST:PORT, found {text!r}.")
    return BrokerOrder(host, int(port), username)


def _check_broker(broker: BrokerOrder) -> None:
    """Raises PublishError or ConfigError where nothing can be published to it."""
    from edgeclassify.bench.published import check_broker

    check_broker(broker)


@contextmanager
def _taken_back(broker: BrokerOrder | None) -> Iterator[Callable[[], bool]]:
    """However it ends, the broker keeps nothing. Yields what says at the end whether that is so."""
    faults: list[EdgeClassifyError] = []
    try:
        yield lambda: not faults
    finally:
        if broker is not None:
            try:
                _forget(broker)
            except EdgeClassifyError as error:  # the runs are worth more than that
                faults.append(error)
                click.echo(
                    f"edgeclassify: --broker: retained topics of edgeclassify-bench/ may be left: {error}",
                    err=True,
                )


def _forget(broker: BrokerOrder) -> None:
    from edgeclassify.bench.published import forget_all

    forget_all(broker)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[BenchOrder, float], None]]:
    """A bar on standard error where a person waits there; nothing elsewhere."""
    import sys

    if not sys.stderr.isatty():
        yield lambda order, done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("measuring", total=total)
        finished: dict[int, float] = {}

        def tell(order: BenchOrder, done: float) -> None:
            finished[id(order)] = done
            name = os.path.basename(order.model.name)  # noqa: PTH119 - it may be no path
            progress.update(task, completed=sum(finished.values()), description=f"{name} ({order.model.threads})")

        yield tell


def _write_plot(plot: Path, result: BenchResult) -> None:
    from edgeclassify.cli.reports.bench import result_chart
    from edgeclassify.cli.support.plot_file import write_file
    from edgeclassify.pictures.stacked_bars import bars_png

    write_file(plot, bars_png(result_chart(result)))
