"""Takes back what a node has left on a broker: its retained messages, and its device in Home Assistant.

A retained message stays until somebody empties its topic, though the node has long been sold. What is to be
removed is not guessed: the broker is asked what it has kept. A node's own user may write to all its topics, and
read few of them: what the node itself remembers of them (its published topics) is emptied unseen.
"""

import json
import time
from collections.abc import Callable, Collection

from edgeclassify.config import MqttConfig
from edgeclassify.contract.outgoing import ONLINE
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import UsageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.home_assistant.discovery import ORIGIN, discovery_topic
from edgeclassify.watch.connection import Subscription
from edgeclassify.watch.interface import Arrival
from edgeclassify.watch.subscriber import Subscriber

QUIET_S = 1.0
"""When nothing kept has come for so long, all of it is here."""
LONGEST_S = 15.0
"""How long each of the two halves may take: to hear of all, and to see all go."""
_STEP_S = 0.05


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed: `topics` of the node, `devices` of Home Assistant. `left`: what the broker kept."""

    topics: tuple[str, ...]
    devices: tuple[str, ...]
    left: tuple[str, ...]


def forget(
    config: MqttConfig, ha_prefix: str, node: str, *, known: Collection[str] = (), force: bool = False
) -> Forgotten:
    """Empty every retained topic of a node. `known`: those that it remembers itself.

    Raises UsageError for a node that is online, unless with `force`; ConfigError and PublishError as Subscriber
    does.
    """
    topics = Topics(config.prefix, node)
    kept = _Kept(topics, ha_prefix)
    listening = Subscription(kept.filters, as_published=False)
    with Subscriber(config, listening, on_arrival=kept.take) as subscriber:
        _step_until(subscriber, lambda: time.monotonic() - kept.newest_at >= QUIET_S)
        if kept.online and not force:
            raise UsageError(
                f"watch: --forget: expected a node that is offline, found {node} online: what is removed would "
                "come again. Stop it first (there: sudo systemctl disable --now edgeclassify), or use --force."
            )
        # The device first: Home Assistant takes its entities away before their topics fall silent.
        wanted = sorted({*kept.payloads, *known}, key=lambda topic: (not _is_device(topic, ha_prefix), topic))
        seen = frozenset(kept.payloads)
        asked = {topic: subscriber.empty(topic) for topic in wanted}
        unseen = [number for topic, number in asked.items() if topic not in seen]
        _step_until(
            subscriber,
            lambda: not kept.payloads and all(subscriber.granted(number) is not None for number in unseen),
        )
        left = [t for t in wanted if t in kept.payloads or (t not in seen and not subscriber.granted(asked[t]))]
    gone = [topic for topic in wanted if topic not in left]
    devices = tuple(topic for topic in gone if _is_device(topic, ha_prefix))
    return Forgotten(tuple(topic for topic in gone if topic not in devices), devices, tuple(left))


def _is_device(topic: str, ha_prefix: str) -> bool:
    return topic.startswith(f"{ha_prefix}/") and topic.endswith("/config")


class _Kept:
    """What the broker has kept of a node, topic → payload; an empty message takes the topic out."""

    def __init__(self, topics: Topics, ha_prefix: str) -> None:
        self._topics = topics
        self.payloads: dict[str, bytes] = {}
        self.online = False
        self.newest_at = time.monotonic()
        announced = (discovery_topic(ha_prefix, topics.node), f"{ha_prefix}/+/{topics.node}/+/config")
        # QoS 0: of a higher one a broker queues only so many.
        self.filters = [(f"{topics.base}/#", 0), *((topic, 0) for topic in announced)]

    def take(self, arrival: Arrival) -> None:
        """A message."""
        if not arrival.payload:
            self.payloads.pop(arrival.topic, None)
            return
        if arrival.topic == self._topics.status:
            self.online = arrival.payload == ONLINE
        is_own = arrival.topic.startswith(f"{self._topics.base}/")
        if arrival.kept and (is_own or _is_ours(arrival.payload)):
            self.payloads[arrival.topic] = arrival.payload
            self.newest_at = time.monotonic()


def _is_ours(payload: bytes) -> bool:
    """True where a message of discovery comes from this program: others use the same topics, and names."""
    try:
        origin = json.loads(payload)["origin"]["name"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return False
    return bool(origin == ORIGIN)


def _step_until(subscriber: Subscriber, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not done() and time.monotonic() < deadline:
        subscriber.step(_STEP_S)
