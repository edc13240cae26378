"""`edgeclassify run`: the daemon."""

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH, config_option


@click.command(short_help="Watch the cameras and publish labels: the daemon.")
@config_option
@click.option("--console", is_flag=True, help="Print messages instead of sending them; keep nothing on disk.")
@click.option("--record", type=CONFIG_PATH, metavar="FILE", help="Record what the deciders get: see `record`.")
@click.option("--record-frames", is_flag=True, help="With --record: pictures of the frames too, see `record`.")
@click.option("--frames", type=click.IntRange(min=1), help="End after so many frames.")
def run(path: Path, console: bool, record: Path | None, record_frames: bool, frames: int | None) -> None:
    """Watch the cameras and publish labels until SIGTERM; SIGHUP reads the config again.

    \b
    Example:  edgeclassify run --config edgeclassify.toml
              edgeclassify run --config edgeclassify.toml --console
    """
    from edgeclassify.cli.support.models_option import default_model
    from edgeclassify.cli.support.output import OutputWatch
    from edgeclassify.config import Config, load_config
    from edgeclassify.daemon import Daemon
    from edgeclassify.daemon.publishing import SinkContext, make_sinks, topics_of
    from edgeclassify.errors import UsageError
    from edgeclassify.logs import set_up_logging
    from edgeclassify.publish.console import ConsoleSink
    from edgeclassify.publish.fanout import FanOut
    from edgeclassify.publish.interface import Sink
    from edgeclassify.recording.running.order import FramesOrder
    from edgeclassify.resident_memory import give_back

    if record_frames and record is None:
        raise UsageError("--record-frames: expected with --record FILE, found it without")
    output = OutputWatch()

    def make_console_sink(config: Config, around: SinkContext) -> Sink:
        console = ConsoleSink(
            prefix=config.mqtt.prefix,
            node=config.node.name,
            labels={view.name: view.labels for view in config.views()},
            results=config.mqtt.results,
            on_broken=output.broken,
            spool=around.spool.reader("console"),
        )
        sinks = {"console": console}
        return FanOut(around.spool, sinks, where=topics_of(config).event, listener=around.listener)

    set_up_logging("info")

    def as_run(config: Config) -> Config:
        config = default_model(config)
        return config.without_state() if console else config

    daemon = Daemon(
        lambda: as_run(load_config(path)),
        make_sink=make_console_sink if console else make_sinks,
        max_frames=frames,
        config_file=path,
        as_run=as_run,
        record=record,
        record_frames=FramesOrder() if record_frames else None,
        give_back_memory=give_back,
    )
    output.stops(daemon.request_stop)
    daemon.run()
    output.check()
