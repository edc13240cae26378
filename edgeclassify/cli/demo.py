"""`edgeclassify demo`: the whole thing on one machine: photos as camera, the daemon, its page, a broker."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from edgeclassify.cli.support.models_option import ModelOptions, model_options, not_empty

FRAMES_UNWATCHED = 9
UNWATCHED_S, WATCHED_S = 1.0, 3.0
"""Seconds per photo: somebody who looks has to see it, and what is made of it."""


@click.command(short_help="The whole thing on this machine, for trying out.")
@click.option(
    "--frames",
    type=click.IntRange(min=0),
    help="End after so many frames; 0: Ctrl-C ends it, as it does by default on a terminal. "
    f"[default elsewhere: {FRAMES_UNWATCHED}]",
)
@click.option(
    "--interval",
    type=click.FloatRange(0, 60),
    help=f"Seconds per photo. [default: {WATCHED_S:g} where it has no end, else {UNWATCHED_S:g}]",
)
@click.option(
    "--source",
    metavar="SOURCE",
    callback=not_empty,
    help="A source instead of the bundled photos, e.g. v4l2:/dev/video0 or images:FOLDER.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Of the page. [default: 8080, or the next free one]")
@click.option("--no-page", is_flag=True, help="Without the page.")
@click.option("--json", "as_json", is_flag=True, help="The messages of MQTT as they are, instead of a table.")
@model_options
def demo(
    frames: int | None,
    interval: float | None,
    source: str | None,
    port: int | None,
    no_page: bool,
    as_json: bool,
    model: ModelOptions,
) -> None:
    """Run everything here: bundled photos → daemon → its page, and an MQTT broker with a subscriber.

    \b
    Example:  edgeclassify demo
              edgeclassify demo --frames 6 --json
              edgeclassify demo --source v4l2:/dev/video0 --model mobilenet_v2
    """
    from edgeclassify.cli.support.output import OutputWatch
    from edgeclassify.config import load_config, parse_config
    from edgeclassify.daemon import Daemon
    from edgeclassify.demo import demo_photos
    from edgeclassify.demo.broker import EmbeddedBroker
    from edgeclassify.demo.config_text import DemoConfig, model_table
    from edgeclassify.demo.displays import display_for
    from edgeclassify.demo.moments import write_moments
    from edgeclassify.demo.subscriber import Subscriber
    from edgeclassify.logs import set_up_logging
    from edgeclassify.model.runtime.runtimes import in_words, runtime_name

    if frames is None:
        frames = 0 if sys.stdout is not None and sys.stdout.isatty() else FRAMES_UNWATCHED
    if interval is None:
        interval = UNWATCHED_S if frames else WATCHED_S
    set_up_logging("warning")
    output = OutputWatch()
    section = model.choice()
    facts = {} if no_page else {"page": f"http://127.0.0.1:{(page := _page_port(port))}"}
    facts["model"] = f"{section.name} on {in_words(runtime_name(section.runtime))}"
    folder = _own_folder()
    with (
        demo_photos() as photos,
        EmbeddedBroker() as broker,
        display_for(as_json) as display,
    ):
        moments = folder / "photos"
        if source is None:
            write_moments(photos, moments)
        # What is relative is meant from here, and not from where the config is.
        asked = {"camera": [{"source": source or f"images:{moments}"}], "model": model_table(section)}
        here = parse_config(asked, "demo", Path.cwd())
        file = folder / "edgeclassify.toml"
        DemoConfig(
            here.camera[0].source, here.model.choice, broker.port, None if no_page else page, interval
        ).write(file)
        daemon = Daemon(lambda: load_config(file), max_frames=frames or None, config_file=file)
        output.stops(daemon.request_stop)
        facts["broker"] = f"mosquitto_sub -p {broker.port} -t 'edgeclassify/#' -v"
        if not frames:
            facts["end"] = "Ctrl-C"
        display.begin(facts)
        with Subscriber("127.0.0.1", broker.port, display.take, on_broken=output.broken) as subscriber:
            daemon.run()
            subscriber.wait_quiet()
    output.check()


def _own_folder() -> Path:
    """What is taught and fetched goes with the demo: models are looked for there first, and written to it.

    Until the process ends: what was asked of the page may still be at work when all else has stopped.
    """
    folder = tempfile.mkdtemp(prefix="edgeclassify-demo-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["STATE_DIRECTORY"] = folder
    return Path(folder)


def _page_port(asked: int | None) -> int:
    """Raises UsageError where the one that is asked for is not free."""
    from edgeclassify.demo.page_port import free_page_port, is_free
    from edgeclassify.errors import UsageError

    if asked is None:
        return free_page_port()
    if not is_free(asked):
        raise UsageError(f"--port: expected a port that is free, found {asked} in use. Name another one.")
    return asked
