"""The trials of one connection."""

import time
from collections.abc import Sequence

from edgeclassify.contract import outgoing
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.probing.findings import Findings, Lack
from edgeclassify.publish.mqtt.probing.interface import Trial
from edgeclassify.publish.mqtt.probing.other_server_trial import OtherServerTrial
from edgeclassify.publish.mqtt.probing.retained_trial import RetainedTrial
from edgeclassify.publish.mqtt.probing.tried import MOST_ATTEMPTS, Tried
from edgeclassify.publish.mqtt.retained import Rank


class Trials(Trial):
    """All of them as one."""

    def __init__(self, trials: Sequence[Trial] = ()) -> None:
        self._trials = trials

    def begin(self) -> None:
        """Each."""
        for trial in self._trials:
            trial.begin()

    def turn(self, *, idle: bool) -> None:
        """Each."""
        for trial in self._trials:
            trial.turn(idle=idle)

    def acknowledged(self, mid: int, refusal: str | None) -> bool:
        """The one whose message it is."""
        return any(trial.acknowledged(mid, refusal) for trial in self._trials)

    def heard(self, arrived: Arrived) -> bool:
        """The one whose topic it is."""
        return any(trial.heard(arrived) for trial in self._trials)

    def denied(self, topic: str) -> bool:
        """The one whose topic it is."""
        return any(trial.denied(topic) for trial in self._trials)


def trials_on(
    link: PahoLink, outbox: Outbox, tried: Tried, findings: Findings, *, elsewhere: bytes | None
) -> Trials:
    """What is tried on a new connection. `tried`: at this server before; `elsewhere`: what another one, which
    the node comes from, has taken of `info`, and this one was not told before; None: there is no such thing."""
    topics, offer = outbox.layout.topics, link.offer
    if not offer.keeps_retained:
        findings.told(Lack.RETAINED)
        return Trials()
    if tried.given_up:
        # Connections ended on it, or no answer came: what may be left there goes as any other value does.
        outbox.retained.put(Rank.REMOVED, outgoing.removed(topics.probe))
        tried.kept = False
    trials: list[Trial] = [
        RetainedTrial(
            link,
            topics,
            tried,
            findings,
            unanswered=lambda: link.received.subscribing,
            wildcards=offer.knows_wildcards,
            clock=time.monotonic,
        )
    ]
    if elsewhere is not None and tried.asked < MOST_ATTEMPTS:
        trials.append(OtherServerTrial(link, topics, tried, findings, elsewhere=elsewhere, clock=time.monotonic))
    return Trials(trials)
