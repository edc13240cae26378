"""`edgeclassify demo`: the whole thing on one machine: photos as camera, the daemon, a broker, a subscriber."""

import tempfile
from pathlib import Path

import click

from edgeclassify.cli.support.models_option import model_options, model_section, not_empty


@click.command(short_help="The whole thing on this machine, for trying out.")
@click.option("--frames", type=click.IntRange(min=1), help="End after so many frames; default: Ctrl-C ends it.")
@click.option(
    "--interval", type=click.FloatRange(0, 60), default=1.0, show_default=True, help="Seconds per photo."
)
@click.option(
    "--source",
    metavar="SOURCE",
    callback=not_empty,
    help="A source instead of the bundled photos, e.g. v4l2:/dev/video0 or images:FOLDER.",
)
@model_options
def demo(
    frames: int | None,
    interval: float,
    source: str | None,
    model: str,
    labels: str | None,
    runtime: str,
    threads: int | None,
) -> None:
    """Run everything here: bundled photos → daemon → embedded MQTT broker → subscriber that prints.

    \b
    Example:  edgeclassify demo
              edgeclassify demo --frames 6
              edgeclassify demo --source v4l2:/dev/video0 --model mobilenet_v2
    """
    from edgeclassify.cli.support.output import OutputWatch
    from edgeclassify.config import parse_config
    from edgeclassify.daemon import Daemon
    from edgeclassify.demo import demo_photos
    from edgeclassify.demo.broker import EmbeddedBroker
    from edgeclassify.demo.subscriber import PrintingSubscriber
    from edgeclassify.logs import set_up_logging
    from edgeclassify.model.runtime.runtimes import in_words, runtime_name

    set_up_logging("warning")
    output = OutputWatch()
    section = model_section(model, labels, runtime, threads)
    click.echo(f"model {section.name} on {in_words(runtime_name(section.runtime))}")
    with (
        tempfile.TemporaryDirectory(prefix="edgeclassify-demo-") as state,
        demo_photos() as photos,
        EmbeddedBroker() as broker,
        PrintingSubscriber("127.0.0.1", broker.port, on_broken=output.broken) as subscriber,
    ):
        document = {
            "node": {"name": "demo", "state_dir": state, "resume_s": 0, "trust_clock": True},
            "mqtt": {"host": "127.0.0.1", "port": broker.port, "protocol": "3.1.1"},
            "camera": [
                {
                    "name": "photos",
                    "source": f"images:{photos}" if source is None else source,
                    "interval_s": interval,
                    "loop": True,
                }
            ],
            # A photo is seen once per round: it counts at once.
            "view": [{"name": "table", "camera": "photos", "confirm_s": 0, "filter": "none"}],
            "logging": {"level": "warning"},
        }
        config = parse_config(document, "demo", Path.cwd())
        config = config.model_copy(update={"model": section})
        daemon = Daemon(lambda: config, max_frames=frames)
        output.stops(daemon.request_stop)
        daemon.run()
        subscriber.wait_quiet()
    output.check()
