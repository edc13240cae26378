"""`edgeclassify explain`: why events came, and what a view waits for, in words."""

import sys
from pathlib import Path
from typing import Any

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH, ENVIRONMENT
from edgeclassify.cli.support.names import check_name
from edgeclassify.errors import RecordingError, UsageError
from edgeclassify.service.places import CONFIG


@click.command(short_help="Why events came, and what a view waits for, in words.")
@click.argument("recording", type=CONFIG_PATH, required=False)
@click.option("--view", metavar="NAME", help="This view alone.")
@click.option("--at", metavar="SECONDS", type=float, help="What came around that second of the recording.")
@click.option("--live", is_flag=True, help="What the views of a broker do now, until Ctrl-C: see --config.")
@click.option("--node", metavar="NAME", help="With --live: this node; default: the config's.")
@click.option(
    "--for", "seconds", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="With --live: end after."
)
@click.option(
    "--config", "-c", "path", type=CONFIG_PATH, envvar=ENVIRONMENT,
    help=f"RECORDING: decide by its rules; --live: the broker of it (default: {CONFIG}).",
)  # fmt: skip
def explain(
    recording: Path | None,
    view: str | None,
    at: float | None,
    live: bool,
    node: str | None,
    seconds: float | None,
    path: Path | None,
) -> None:
    """Tell in words why each event came and what held it back, and what a view waits for.

    Of a RECORDING, with the names of the pictures beside it; of the messages of event, history and state that come
    on standard input, one JSON object per line; or --live, from the broker.

    \b
    Example:  edgeclassify explain gate.jsonl.gz --at 75
              mosquitto_sub -t 'edgeclassify/porch/gate/event' | edgeclassify explain
              edgeclassify explain --live --view gate
    """
    if live and (recording is not None or at is not None):
        raise UsageError("explain: --live: expected without RECORDING and --at, found one of them")
    if not live and (node is not None or seconds is not None):
        raise UsageError("explain: --node, --for: expected with --live, found them without")
    if live:
        check_name("explain: --node", node)
        check_name("explain: --view", view)
        from edgeclassify.cli.support.recorded.live_words import follow

        follow(CONFIG if path is None else path, node, view, seconds)
    elif recording is not None:
        _explain_recording(recording, view, at, path)
    else:
        _explain_lines(view)


def _explain_recording(recording: Path, view: str | None, at: float | None, path: Path | None) -> None:
    from edgeclassify.cli.support.recorded.recordings import open_recorded, rules_by_config
    from edgeclassify.cli.support.recorded.trace import Trace

    recorded = open_recorded(recording, view)
    said: list[str] = []
    replayed = recorded.replay(rules_by_config(path, recorded, view), said.append)
    for line in Trace(recorded.seconds_of(), at, recorded.images).lines(replayed):
        click.echo(line)
    for line in said:
        click.echo(f"edgeclassify: {line}", err=True)


def _explain_lines(view: str | None) -> None:
    """What comes on standard input. Of which view a message is only its topic says, before it, or `view`."""
    from edgeclassify.cli.support.recorded.messages_in_words import is_message, words_of

    stream = sys.stdin
    if stream is None or stream.isatty():
        raise UsageError(
            "explain: expected a RECORDING, --live, or messages on standard input, found none of them. E.g. "
            "mosquitto_sub -t 'edgeclassify/+/+/event' | edgeclassify explain"
        )
    messages = strange = 0
    for line in stream:
        if not line.strip():
            continue
        body = _object_in(line)
        if body is None or not is_message(body):
            strange += 1
            continue
        messages += 1
        named = _view_in(line)
        if view is not None and named not in (None, view):
            continue
        for said in words_of(body, named or view or ""):
            click.echo(said)
    wanted = "messages of event, history or state, one JSON object per line"
    found = f"standard input: expected {wanted}, found {strange}"
    if strange and not messages:
        raise RecordingError(f"{found} lines that are none. E.g. mosquitto_sub -t 'edgeclassify/+/+/event'")
    if strange:
        click.echo(f"edgeclassify: {found} lines that are none: they are left out", err=True)
    elif not messages:
        click.echo("edgeclassify: standard input: no message came", err=True)


def _view_in(line: str) -> str | None:
    """Of the topic that `mosquitto_sub -v` writes before a message: PREFIX/NODE/VIEW/event."""
    levels = line[: max(line.find("{"), 0)].strip().split("/")
    return levels[-2] if len(levels) >= 4 else None


def _object_in(line: str) -> dict[str, Any] | None:
    """Of `mosquitto_sub -v` a topic stands before it."""
    import json

    try:
        body = json.loads(line[max(line.find("{"), 0) :])
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
