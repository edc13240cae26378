"""What a broker that has let the node in does not give to who subscribes late."""

import json
import time
from collections.abc import Sequence
from threading import Lock

from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.probing.findings import Findings, Lack, lacks_in
from edgeclassify.publish.mqtt.probing.retained_trial import RetainedTrial
from edgeclassify.publish.mqtt.probing.tried import Tried

WITHIN_S = 20.0
TURN_S = 5.0
"""So long one waits for the trials of other servers. Where those give nothing, which takes a quarter of a minute
each, the same is to be expected of this one, and nothing is said of it."""
_STEP_S = 0.05
ONE_AT_A_TIME = Lock()
"""Servers of one broker share what they keep: two trials would take each other's message for an old one."""


def lacks_by(health: bytes) -> Sequence[Lack] | None:
    """What the daemon itself has found, by the figures that it has published."""
    try:
        return lacks_in(json.loads(health)["broker_lacks"])
    except (ValueError, LookupError, TypeError):
        return None


def lacks_over(link: PahoLink, topics: Topics) -> Sequence[Lack] | None:
    """As the daemon tries it; None: it can't be known. Raises LinkError where the broker ends the connection."""
    if not link.offer.keeps_retained:
        return [Lack.RETAINED]
    received, tried, findings = link.received, Tried(), Findings()
    if not ONE_AT_A_TIME.acquire(timeout=TURN_S):
        return None
    try:
        trial = RetainedTrial(
            link, topics, tried, findings, unanswered=lambda: received.subscribing,
            wildcards=link.offer.knows_wildcards, clock=time.monotonic, begin_s=0.0,
        )  # fmt: skip
        end = time.monotonic() + WITHIN_S
        while not tried.done and time.monotonic() < end:
            trial.turn(idle=True)
            link.step(_STEP_S)
            while received.acks:
                trial.acknowledged(*received.acks.popleft())
            while received.denied:
                trial.denied(received.denied.popleft()[0])
            while received.arrived:
                trial.heard(received.arrived.popleft())
    finally:
        ONE_AT_A_TIME.release()
    return findings.lacks
