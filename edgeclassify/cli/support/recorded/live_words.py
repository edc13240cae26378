"""What the views of a broker do now, in words."""

import json
import time
from pathlib import Path

import click

from edgeclassify.cli.support.output import check_reader
from edgeclassify.cli.support.recorded.messages_in_words import candidate_of, words_of
from edgeclassify.contract.channels import match_topic
from edgeclassify.service.sandbox import config_seen
from edgeclassify.watch.connection import Subscription
from edgeclassify.watch.interface import Arrival, LinkChange
from edgeclassify.watch.subscriber import Subscriber

STEP_S = 0.5
_KINDS = {"state", "event", "history"}


def follow(path: Path, node: str | None, view: str | None, seconds: float | None) -> None:
    """Print a line for each event and for each state that waits, until Ctrl-C or for so long.

    Raises ConfigError, and PublishError for a broker that can't be reached.
    """
    config = config_seen(path)[0]
    prefix = config.mqtt.prefix
    base = f"{prefix}/{config.node.name if node is None else node}/{view or '+'}"
    wanted = Subscription([(f"{base}/{kind}", 1) for kind in sorted(_KINDS)])
    words = _Words(prefix)
    end = None if seconds is None else time.monotonic() + seconds
    try:
        with Subscriber(config.mqtt, wanted, on_arrival=words.take, on_link=_say_link) as subscriber:
            while end is None or time.monotonic() < end:
                subscriber.step(STEP_S if end is None else min(STEP_S, max(0.0, end - time.monotonic())))
                check_reader()
    except KeyboardInterrupt:
        pass  # the usual way to end it
    if not words.heard:
        click.echo(f"edgeclassify: broker: no message came of {base}", err=True)


class _Words:
    """Prints what arrives; of a state that waits only what is another than before."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._waited: dict[str, object] = {}
        self.heard = False
        """True once a message of those has come."""

    def take(self, arrival: Arrival) -> None:
        match = match_topic(self._prefix, arrival.topic)
        if match is None or match.channel.name not in _KINDS:
            return
        try:
            body = json.loads(arrival.payload)
        except (ValueError, RecursionError):
            return
        if not isinstance(body, dict):
            return
        self.heard = True
        if match.channel.name == "state":
            near = candidate_of(body)
            if near == self._waited.get(arrival.topic):
                return
            self._waited[arrival.topic] = near
        for line in words_of(body, match.view):
            click.echo(line)


def _say_link(change: LinkChange) -> None:
    said = "connected again" if change.connected else f"not connected: {change.reason}"
    click.echo(f"edgeclassify: broker: {said}", err=True)
