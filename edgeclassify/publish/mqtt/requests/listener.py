"""What arrives from the broker, and what is done about it."""

import logging
import random
import time
from collections.abc import Callable

from edgeclassify.broker import failure_texts
from edgeclassify.contract import outgoing
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once
from edgeclassify.publish.home_assistant.discovery import Announcement
from edgeclassify.publish.mqtt.link.client import LARGEST_PACKET
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.requests.announcing import Announcing
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.publish.mqtt.requests.repeat import Repeat
from edgeclassify.publish.mqtt.retained import Rank
from edgeclassify.types import Request

log = logging.getLogger(__name__)

DISCOVERY_JITTER_S = 5.0
"""When Home Assistant comes back every node announces itself, and they must not all do so at once."""
RETOLD_AFTER_S = 3.0
"""So long after its discovery all else goes out: Home Assistant listens to the entities by then, and not every
broker has kept for it what was said before."""
SHUN_S = 3600.0
"""How long a topic is not listened to that has brought a message too large to get past."""


@dataclass(frozen=True, slots=True)
class Receivers:
    """What the node listens to beside its own status. `overheard`: topics of others, whose payloads `on_overheard`
    gets, retained ones too; it must return at once."""

    inbox: Inbox | None
    on_request: Callable[[Request], None]
    announcement: Announcement | None
    overheard: frozenset[str] = frozenset()
    on_overheard: Callable[[str, bytes], None] = lambda topic, payload: None

    def topics(self) -> tuple[str, ...]:
        """What is subscribed to."""
        birth = () if self.announcement is None else self.announcement.birth_topics
        asked = () if self.inbox is None else self.inbox.subscriptions()
        return tuple(dict.fromkeys((*birth, *asked, *sorted(self.overheard))))


class Listener:
    """Used by the delivery thread alone. `clock`: monotonic seconds."""

    def __init__(
        self,
        outbox: Outbox,
        receivers: Receivers,
        clock: Callable[[], float] = time.monotonic,
        *,
        announcing: Announcing | None = None,
        keeps_all: Callable[[], bool] = lambda: False,
    ) -> None:
        """`announcing`: says when all that is retained is sent again; `keeps_all`: is the broker known to give all
        that it keeps to who comes late?"""
        self._outbox, self.receivers, self._clock = outbox, receivers, clock
        self._announcing, self._keeps_all = announcing or Announcing(0.0, clock), keeps_all
        self._topics = outbox.layout.topics
        self._show_all, self._show_status, self._discover, self._retell = (Repeat() for _ in range(4))
        self._said = Once()
        self._shunned: dict[str, float] = {}
        self._too_large: str | None = None

    def wanted(self, *, wildcards: bool) -> list[str]:
        """What to subscribe to; `wildcards`: the broker knows them."""
        requests, now = {} if wildcards else self._topics.all_requests, self._clock()
        found: list[str] = [self._topics.status]
        for topic in self.receivers.topics():
            found += map(self._topics.request, requests[topic]) if topic in requests else [topic]
        return [topic for topic in found if now >= self._shunned.get(topic, now)]

    def hear(self, arrived: Arrived, *, stopping: bool) -> None:
        """A message has come."""
        announcement, inbox = self.receivers.announcement, self.receivers.inbox
        if arrived.topic in self.receivers.overheard:
            self.receivers.on_overheard(arrived.topic, arrived.payload)
        if arrived.topic == self._topics.status:
            if not arrived.payload:
                # A node that once had this name has cleaned up after itself: all of ours is to be seen again.
                self._show_all.ask(self._clock())
            elif arrived.payload == outgoing.OFFLINE and not stopping:
                # The will of an earlier connection, published late: we are here.
                self._show_status.ask(self._clock())
        elif announcement is not None and arrived.topic in announcement.birth_topics:
            if arrived.payload == outgoing.ONLINE:
                self._discover.ask(self._clock(), random.uniform(0, DISCOVERY_JITTER_S))
        elif inbox is not None and arrived.topic == self._topics.announce_all:
            within_s = inbox.take_of_all(arrived.payload, arrived.retained)
            if within_s is not None:
                self._announcing.asked(within_s)
        elif inbox is not None:
            found = inbox.take(arrived.topic, arrived.payload, arrived.retained)
            if isinstance(found, Request):
                self.receivers.on_request(found)
            elif found is not None:
                self._outbox.put_reply(found)

    def answer(self) -> None:
        """Do what was asked for and is due; about once a second."""
        now, live = self._clock(), self._outbox.retained
        if self._show_all.take(now):
            live.renew()
        if self._announcing.take():
            self._outbox.announce()
        if self._show_status.take(now):
            live.put(Rank.STATUS, outgoing.status_message(self._topics, online=True))
        if self.receivers.announcement is not None and self._discover.take(now):
            live.put_all(Rank.DISCOVERY, self.receivers.announcement.messages)
            if not self._keeps_all():
                self._retell.ask(now, RETOLD_AFTER_S)
        if self._retell.take(now):
            self._outbox.announce()

    def denied(self, topic: str, reason: str) -> None:
        """The broker refuses a subscription."""
        why = "" if reason == "not authorized" else f" ({reason})"
        self._say(
            topic, f"the broker does not let this node listen here{why}.{failure_texts.message_hint(reason)}"
        )

    def unheard(self) -> None:
        """The broker does not answer subscriptions."""
        self._say(self._topics.base, "the broker does not answer our subscriptions: requests may not be heard.")

    def skipped(self, topic: str, size: int) -> None:
        """A message is too large to be taken: it is being thrown away."""
        self._too_large = self._filter_of(topic)
        self._say(
            self._too_large,
            f"a message of {size} bytes is thrown away: expected at most {LARGEST_PACKET}. Who sends that? "
            "Retained it comes again with each connection.",
        )

    def stuck(self) -> None:
        """The connection has ended while a message was being thrown away: it would only come again."""
        if self._too_large is not None:
            self._shunned[self._too_large] = self._clock() + SHUN_S
            log.warning("%s: not listened to for an hour: what comes there is too large", self._too_large)

    def _filter_of(self, topic: str) -> str:
        """The subscription that a topic came by, in any case one of ours: strangers choose a topic's name."""
        if topic in self.wanted(wildcards=True):
            return topic
        base, _, _ = topic.rpartition("/")
        return f"{base}/+" if f"{base}/+" in self._topics.all_requests else self._topics.request("+")

    def _say(self, topic: str, what: str) -> None:
        if self._said.is_news((topic, what[:30])):
            log.warning("%s: %s", topic, what)
