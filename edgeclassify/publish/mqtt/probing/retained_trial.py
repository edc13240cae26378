"""Does the broker give a retained message to who subscribes after it, by its topic and by a wildcard?

A message of the node's own is kept for a moment on a topic of its own. That none comes proves nothing by itself: a
broker's rules may forbid to read there, and some grant such a subscription all the same. So the message with which
the topic is emptied must come, as it happens, before a silence counts.
"""

import secrets
from collections.abc import Callable, Collection, Generator

from edgeclassify.contract import outgoing
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.probing.findings import Findings, Lack
from edgeclassify.publish.mqtt.probing.interface import ProbeLink, Trial
from edgeclassify.publish.mqtt.probing.tried import MOST_ATTEMPTS, Tried

BEGIN_S = 2.0
"""A connection must stand for so long, and all values be delivered."""
ANSWER_S = 10.0
"""For each answer of the broker; then nothing is found out."""
KEPT_S = 3.0
"""What is kept comes within so long after the answer to the subscription."""

Waiting = Generator[Callable[[], bool], None, bool | None]


class RetainedTrial(Trial):
    """Once at each server.

    `unanswered`: the subscriptions that the broker has not answered. `wildcards`: it knows them. `clock`:
    monotonic seconds. `mark`: tells this message from what an earlier trial may have left.
    """

    def __init__(
        self,
        link: ProbeLink,
        topics: Topics,
        tried: Tried,
        findings: Findings,
        *,
        unanswered: Callable[[], Collection[str]],
        wildcards: bool,
        clock: Callable[[], float],
        mark: str | None = None,
        begin_s: float = BEGIN_S,
    ) -> None:
        self._link, self._topics, self._tried, self._findings = link, topics, tried, findings
        self._begin_s = begin_s
        self._unanswered, self._wildcards, self._clock = unanswered, wildcards, clock
        self._message = outgoing.probe_message(topics, mark or secrets.token_hex(4))
        self._idle = False
        self._answers: dict[int, str | None] = {}
        self._sent: int | None = None
        self._denied = self._seen = self._emptied = False
        self._steps = self._run()
        self._may_go_on: Callable[[], bool] | None = next(self._steps, None)

    def turn(self, *, idle: bool) -> None:
        """Go on as far as that is possible now."""
        self._idle = idle
        while self._may_go_on is not None and self._may_go_on():
            self._may_go_on = next(self._steps, None)

    def acknowledged(self, mid: int, refusal: str | None) -> bool:
        """To the message that is kept, or to the one that empties its topic."""
        if mid != self._sent:
            return False
        # The id is free from now on: after 65,535 messages it is that of an event.
        self._sent = None
        self._answers[mid] = refusal
        return True

    def heard(self, arrived: Arrived) -> bool:
        """What is kept, or that it is no more."""
        if arrived.topic != self._message.topic:
            return False
        self._seen |= arrived.retained and arrived.payload == self._message.payload
        self._emptied |= not arrived.retained and not arrived.payload
        return True

    def denied(self, topic: str) -> bool:
        """By the broker's rules: nothing is found out, and nothing is said."""
        if topic not in (self._topics.probe, self._topics.probes):
            return False
        self._denied = True
        return True

    def _run(self) -> Generator[Callable[[], bool], None, None]:
        if self._tried.done or self._tried.attempts >= MOST_ATTEMPTS:
            return
        begin = self._clock()
        yield lambda: self._idle and self._clock() - begin >= self._begin_s
        self._tried.attempts += 1
        self._tried.kept = True  # for all that is known, from the moment at which it is sent
        taken = yield from self._publish(self._message)
        if taken:
            yield from self._look()
        elif taken is False:
            self._tried.kept = False
        self._tried.done = True

    def _look(self) -> Generator[Callable[[], bool], None, None]:
        topic, pattern = self._topics.probe, self._topics.probes
        by_topic = yield from self._gets(topic)
        by_pattern = None
        if self._wildcards:
            self._link.unsubscribe(topic)
            by_pattern = yield from self._gets(pattern)
        if (yield from self._publish(outgoing.removed(topic))):
            self._tried.kept = False
        yield from self._until(lambda: self._emptied, ANSWER_S)
        self._link.unsubscribe(pattern if self._wildcards else topic)
        # A broker under load may give what it keeps late, but before what happens later.
        late = self._seen
        if by_topic or late or (by_topic is not None and self._emptied):
            self._findings.found(Lack.RETAINED, lacks=not (by_topic or late))
        if by_topic and by_pattern is not None and (late or self._emptied):
            self._findings.found(Lack.WILDCARDS, lacks=not late)

    def _publish(self, message: outgoing.Message) -> Waiting:
        """True where the broker has taken it, False where it has refused it; None: that is not known."""
        sent = self._sent = self._link.send(message)
        if sent is None:
            return None
        yield from self._until(lambda: sent in self._answers, ANSWER_S)
        self._sent = None
        return self._answers.pop(sent) is None if sent in self._answers else None

    def _gets(self, wanted: str) -> Waiting:
        """True where what is kept comes; None: the broker does not let us subscribe."""
        self._seen = self._denied = False
        self._link.subscribe(wanted)
        yield from self._until(lambda: wanted not in self._unanswered(), ANSWER_S)
        if self._denied or wanted in self._unanswered():
            return None
        yield from self._until(lambda: self._seen, KEPT_S)
        return self._seen

    def _until(self, is_so: Callable[[], bool], within_s: float) -> Generator[Callable[[], bool], None, None]:
        end = self._clock() + within_s
        yield lambda: is_so() or self._clock() >= end
