"""`edgeclassify watch`: every node on a broker, as a table, as lines, or judged by the contract."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeclassify.cli.support.broker_options import broker_options, group_option, in_options, settings_of
from edgeclassify.cli.support.names import check_name
from edgeclassify.errors import ConfigError, ExitStatus, PublishError, UsageError

if TYPE_CHECKING:
    from edgeclassify.cli.reports.watch_displays import WatchDisplay
    from edgeclassify.config import Config

_TICK_S = 1.0


@click.command(short_help="Every node on a broker: what it shows, what is missing.")
@broker_options
@click.option("--node", metavar="NAME", help="This node alone.")
@click.option(
    "--json", "as_json", is_flag=True, help="Events and gaps in their numbers, one JSON object per line."
)
@group_option
@click.option("--check", is_flag=True, help="Judge all messages by the contract; exit status 1 on a violation.")
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="End after so long; default: Ctrl-C ends it.",
)
@click.option("--forget", metavar="NODE", help="Remove what this node has left on the broker, and end.")
@click.option("--force", is_flag=True, help="With --forget: though the node is online.")
def watch(
    path: Path | None,
    node: str | None,
    as_json: bool,
    group: str | None,
    check: bool,
    seconds: float | None,
    forget: str | None,
    force: bool,
    **given: Any,
) -> int:
    """Show every node on a broker: is it online, what does it see, is an event missing.

    On a terminal a table that is kept up to date, problems first; where it is longer than the terminal, j, k, the
    arrows, Page Up, Page Down, Home and End move it, q ends it. Elsewhere one line per change, and with --for the
    table at the end.

    \b
    Example:  edgeclassify watch --host broker.local
              edgeclassify watch --config edgeclassify.toml --node porch
              edgeclassify watch --host broker.local --json | jq -r '.event.label // empty'
              edgeclassify watch --host broker.local --json --group lights
              edgeclassify watch --host broker.local --check --for 60
              edgeclassify watch --host broker.local --forget porch
    """
    alone = {"--forget": forget, "--json": as_json, "--check": check}
    chosen = [name for name, value in alone.items() if value]
    if len(chosen) > 1:
        raise UsageError(f"watch: {' and '.join(chosen)} exclude each other: expected one of them")
    if forget is not None and (node is not None or seconds is not None):
        raise UsageError("watch: --forget: expected without --node and --for, found one of them")
    if force and forget is None:
        raise UsageError("watch: --force: expected with --forget alone, found it without")
    check_name("watch: --node", node)
    check_name("watch: --forget", forget)
    check_name("watch: --group", group)
    if group is not None and not as_json:
        raise UsageError("watch: --group: expected with --json, found it without: a member sees some events alone")
    config = settings_of("watch", path, given)
    from edgeclassify.cli.reports.watch_displays import make_view

    named = str if path is not None else in_options
    try:
        if forget is not None:
            return _forget(config, forget, force, path)
        return _run(config, node, make_view(config, as_json, check, seconds, named, group), seconds)
    except (ConfigError, PublishError) as error:
        raise type(error)(named(str(error))) from error


def _forget(config: Config, node: str, force: bool, path: Path | None) -> int:
    from edgeclassify.documents.faults import listed
    from edgeclassify.watch.forget import forget

    known = () if path is None or node != config.node.name else _remembered(config, path)
    done = forget(config.mqtt, config.home_assistant.prefix, node, known=known, force=force)
    if not (done.topics or done.devices or done.left):
        click.echo(f"{node}: the broker has kept nothing of it")
        return ExitStatus.OK
    device = ", and its device in Home Assistant" if done.devices else ""
    count = "1 retained message" if len(done.topics) == 1 else f"{len(done.topics)} retained messages"
    click.echo(f"{node}: {count} removed{device}")
    if not done.left:
        return ExitStatus.OK
    click.echo(
        f"edgeclassify: {node}: {len(done.left)} more can't be removed, the broker keeps them: "
        f"{listed(done.left, most=3)}. Check its ACL: may this user publish there?",
        err=True,
    )
    return ExitStatus.SOME_FAILED


def _remembered(config: Config, path: Path) -> tuple[str, ...]:
    """The topics that the node of this machine remembers to have left on its broker."""
    from contextlib import nullcontext

    from edgeclassify.daemon.kept.kept_state import state_folder
    from edgeclassify.publish.home_assistant.published_topics import FILE_NAME, PublishedTopics
    from edgeclassify.service.sandbox import service_of

    service = service_of(path)
    with nullcontext() if service is None else service.environment():
        folder = state_folder(config)
    return () if folder is None else PublishedTopics(folder / FILE_NAME).topics_without(())


def _run(config: Config, node: str | None, view: WatchDisplay, seconds: float | None) -> int:
    from edgeclassify.cli.reports.watch_displays import REDRAW_S
    from edgeclassify.cli.support.output import check_reader
    from edgeclassify.cli.support.pressed_keys import QuitError
    from edgeclassify.watch.connection import Subscription
    from edgeclassify.watch.subscriber import Subscriber

    end = None if seconds is None else time.monotonic() + seconds
    wanted = Subscription(view.topics(config, node or "+"), as_published=view.as_published)
    try:
        subscriber = Subscriber(config.mqtt, wanted, on_arrival=view.take, on_link=view.link)
        with subscriber, view:
            view.at(subscriber.server)
            view.ask_by(subscriber.send, node)
            tick_at = time.monotonic() + _TICK_S
            while end is None or time.monotonic() < end:
                subscriber.step(REDRAW_S if end is None else min(REDRAW_S, max(0.0, end - time.monotonic())))
                if time.monotonic() >= tick_at:
                    check_reader()
                    view.tick()
                    tick_at = time.monotonic() + _TICK_S
                view.refresh()
    except (KeyboardInterrupt, QuitError):
        pass  # the usual ways to end it
    return view.finish()
