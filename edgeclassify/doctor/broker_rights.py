"""What the node may say and hear on a broker that has let it in.

Nothing of it changes what anybody sees. What the broker keeps is read first. Where this node's daemon is
connected, that is all: what is kept there is proof. Where it is known to be away, what was received is published
once more, byte for byte. What was not received may be kept all the same (a node need not be allowed to read what
it writes), so nothing is ever published there: an empty message would delete it. A topic that nobody uses but the
trial stands for those. Topics of events are not tried: to whoever listens, any message there would be an event.
"""

import time
from collections.abc import Callable, Sequence
from enum import StrEnum

from edgeclassify.config import Config
from edgeclassify.contract.outgoing import JPEG, JSON, ONLINE, TEXT, Message
from edgeclassify.daemon.publishing import announced_device, layout_of
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.home_assistant.discovery import birth_topics, discovery_topics
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.link.failures import LinkError
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox

ANSWERS_S = 5.0
"""For the answers to what was asked together."""
KEPT_S = 0.4
"""After the last answer to a subscription: what is kept comes with it."""
_TELLS_NOT = "a broker that speaks MQTT 3.1.1 does not tell"
_NO_ANSWER = "the broker did not answer"
_NOT_SEEN = "not tried: nothing kept was seen there"
_AN_EVENT = "not tried: whoever listens would take it for an event"
TRIAL = "trial"
"""Below the node's part of the broker: the trial's own topic, on which nothing is kept."""


class Use(StrEnum):
    """What the node does with a topic."""

    SEND = "send"
    HEAR = "hear"


@dataclass(frozen=True, slots=True)
class TopicRight:
    """Whether the node may use a topic. `allowed` None: the broker does not tell, or it was not asked: see `why`.

    `why`: the broker's reason for a no, or why it is not known; empty where it is allowed.
    """

    topic: str
    use: Use
    allowed: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """`daemon_there`: this node's daemon is connected now, None: that can't be seen."""

    daemon_there: bool | None
    topics: tuple[TopicRight, ...]


def node_topics(config: Config, *, wildcards: bool) -> tuple[list[str], list[str], list[str]]:
    """Topics with a kept value, those of events, and those that the node listens to; `wildcards`: the broker knows
    them."""
    layout = layout_of(config)
    kept = list(dict.fromkeys(layout.retained_topics()))
    if config.home_assistant.discovery:
        kept += sorted(discovery_topics(announced_device(config, {})))
    topics, views = layout.topics, [view.name for view in layout.views]
    events = [topic for view in views for topic in (topics.event(view), topics.history(view))]
    if config.mqtt.results:
        events += [topics.result(view) for view in views]
    inbox = Inbox(
        topics=topics,
        views=views,
        config=config.commands,
        asker=ResponseTopics(),
        has_profiles=bool(config.profile),
    )
    heard = list(birth_topics(config.home_assistant.prefix)) if config.home_assistant.discovery else []
    for asked in inbox.subscriptions():
        commands = () if wildcards else topics.all_requests.get(asked, ())
        heard += map(topics.request, commands) if commands else [asked]
    return kept, events, heard


class RightsTrial:
    """Asks over one open connection. Raises LinkError where that ends; what was found by then is in `found`."""

    def __init__(self, link: PahoLink, config: Config) -> None:
        self._link, self._config = link, config
        self._status = layout_of(config).topics.status
        self._kept: dict[str, bytes] = {}
        self._denied: dict[str, str] = {}
        self.found: list[TopicRight] = []
        self.daemon_there: bool | None = None

    @property
    def health(self) -> bytes:
        """The node's own figures, as the broker keeps them; empty: none were seen."""
        return self._kept.get(layout_of(self._config).topics.health, b"")

    def run(self) -> Rights:
        """Ask for all topics of the node."""
        kept, events, heard = node_topics(self._config, wildcards=self._link.offer.knows_wildcards)
        self._listen([*kept, *heard])
        said = self._kept.get(self._status)
        self.daemon_there = None if said is None else said == ONLINE
        self.found += [self._heard(topic) for topic in (self._status, *heard)]
        if self.daemon_there:
            self.found += [self._proven(topic) for topic in kept]
            self.found += [_untried(topic, "not tried while the daemon is connected") for topic in events]
            return Rights(self.daemon_there, tuple(self.found))
        self._try_own_topic(is_known=any(topic in self._kept for topic in kept))
        for topic in kept:
            if topic == self._status:
                # It may come back at any moment, and say so.
                self.found.append(_untried(topic, "not tried: the daemon alone may say how it is"))
            elif self.daemon_there is False and topic in self._kept:
                self._publish_again(topic)
            else:
                self.found.append(self._proven(topic))
        self.found += [_untried(topic, _AN_EVENT) for topic in events]
        return Rights(self.daemon_there, tuple(self.found))

    def _try_own_topic(self, *, is_known: bool) -> None:
        """A message that nobody waits for, and that is not kept. `is_known`: something of this node is kept."""
        topic = f"{layout_of(self._config).topics.base}/{TRIAL}"
        right = self._publish(Message(topic, b"", 1, False, TEXT))
        if right.allowed is False and is_known:
            # By rules that name each topic this one is refused, and all that the node needs may be allowed.
            right = _untried(topic, f"a message of the trial's own is refused: {right.why}")
        self.found.append(right)

    def _publish_again(self, topic: str) -> None:
        """What is kept there now, unless the daemon has come back meanwhile."""
        self._turn(lambda: True, 0.0)
        if self._kept.get(self._status) == ONLINE or topic not in self._kept:
            self.found.append(self._proven(topic))
            return
        self.found.append(self._publish(_as_kept(topic, self._kept[topic])))

    def _listen(self, topics: Sequence[str]) -> None:
        for topic in topics:
            self._link.subscribe(topic)
        received = self._link.received
        self._turn(lambda: not received.subscribing, ANSWERS_S)
        for topic in received.subscribing:
            self._denied[topic] = _NO_ANSWER
        self._turn(lambda: False, KEPT_S)

    def _heard(self, topic: str) -> TopicRight:
        why = self._denied.get(topic)
        return TopicRight(topic, Use.HEAR, None if why == _NO_ANSWER else why is None, why or "")

    def _proven(self, topic: str) -> TopicRight:
        if topic in self._kept:
            return TopicRight(topic, Use.SEND, True)
        why = self._denied.get(topic)
        return _untried(topic, _NOT_SEEN if why is None else "not tried: we may not read it")

    def _publish(self, message: Message) -> TopicRight:
        """One by one: where the broker ends the connection on one, it is known on which."""
        answered: dict[int, str | None] = {}
        received = self._link.received

        def is_answered() -> bool:
            while received.acks:
                acknowledged, refusal = received.acks.popleft()
                answered[acknowledged] = refusal
            return number in answered

        number = self._link.send(message)
        if number is None:
            raise LinkError("the broker ended the connection")
        try:
            self._turn(is_answered, ANSWERS_S)
        except LinkError as error:
            self.found.append(TopicRight(message.topic, Use.SEND, False, str(error)))
            raise
        return self._sent(message.topic, number, answered)

    def _sent(self, topic: str, number: int, answered: dict[int, str | None]) -> TopicRight:
        if number not in answered:
            return _untried(topic, _NO_ANSWER)
        if (refusal := answered[number]) is not None:
            return TopicRight(topic, Use.SEND, False, refusal)
        return TopicRight(topic, Use.SEND, True) if self._link.mqtt5 else _untried(topic, _TELLS_NOT)

    def _turn(self, is_done: Callable[[], bool], within_s: float) -> None:
        """Drive the connection until it is done, or the time is over."""
        deadline = time.monotonic() + within_s
        received = self._link.received
        while True:
            while received.arrived:
                arrived = received.arrived.popleft()
                if arrived.payload:  # what comes later is newer than what was kept
                    self._kept[arrived.topic] = arrived.payload
                else:
                    self._kept.pop(arrived.topic, None)
            while received.denied:
                topic, reason = received.denied.popleft()
                self._denied[topic] = reason
            left = deadline - time.monotonic()
            if is_done() or left <= 0:
                return
            self._link.step(min(left, 0.2))


def _as_kept(topic: str, payload: bytes) -> Message:
    """A kept message as it was: what type it has the broker does not pass on to everybody."""
    kind = JPEG if payload.startswith(b"\xff\xd8") else JSON if payload.startswith(b"{") else TEXT
    return Message(topic, payload, 1, True, kind)


def _untried(topic: str, why: str) -> TopicRight:
    return TopicRight(topic, Use.SEND, None, why)
