"""Whether the traffic of a broker follows the contract: every message is judged by contract/channels.py."""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterator

from edgeclassify.contract.channels import DISCOVERY, Channel, Direction, match_topic
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.home_assistant.discovery import ORIGIN
from edgeclassify.watch.interface import Arrival

MOST_TOPICS = 100_000
"""Topics of which it is remembered what was said of them, and how far their numbers are."""
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Violation:
    """A message against the contract.

    `kind`: topic, payload, qos, retain, content type, historical, order or number.
    """

    topic: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.kind}: {self.text}"


class _Sequence:
    """The numbers of one topic: they grow. What was unacknowledged may come again, so a known one is no fault."""

    __slots__ = ("highest", "known")

    def __init__(self) -> None:
        self.highest = 0
        self.known: OrderedDict[int, tuple[str, str]] = OrderedDict()

    def fault_of(self, seq: int, name: tuple[str, str]) -> tuple[str, str] | None:
        before = self.known.get(seq)
        if before is not None:
            if before == name:
                return None
            events = f"{' of '.join(before)} and {' of '.join(name)}"
            return "number", f"expected {seq} for one event only, found it for {events}"
        lowest = next(iter(self.known), 0)
        fault = None
        if seq < self.highest and (seq > lowest or len(self.known) < _REMEMBERED):
            fault = ("order", f"expected a seq above {self.highest}, found {seq}")
        self.known[seq] = name
        if len(self.known) > _REMEMBERED:
            self.known.popitem(last=False)
        self.highest = max(self.highest, seq)
        return fault


class Conformity:
    """Judges messages. `take` returns what is new; `violations` counts all, by (topic, kind)."""

    def __init__(self, prefix: str, ha_prefix: str = "homeassistant") -> None:
        self._prefix, self._ha_prefix = prefix, ha_prefix
        self._sequences: dict[str, _Sequence] = {}
        self.messages = 0
        self.topics: set[str] = set()
        self.violations: Counter[tuple[str, str]] = Counter()

    def take(self, arrival: Arrival) -> list[Violation]:
        """Judge one message: each kind of violation is returned once per topic."""
        channel = self._channel(arrival)
        if channel is _FOREIGN:
            return []
        self.messages += 1
        if len(self.topics) < MOST_TOPICS:
            self.topics.add(arrival.topic)
        found = []
        for violation in self._judge(arrival, channel):
            key = (violation.topic, violation.kind)
            if key not in self.violations:
                found.append(violation)
            if key in self.violations or len(self.violations) < MOST_TOPICS:
                self.violations[key] += 1
        return found

    def summary(self) -> str:
        """One line on all that was judged."""
        total = self.violations.total()
        seen = f"{self.messages} messages on {len(self.topics)} topics"
        if not total:
            return f"{seen}: all follow the contract"
        by_kind: Counter[str] = Counter()
        for (_, kind), count in self.violations.items():
            by_kind[kind] += count
        kinds = ", ".join(f"{kind} {count}" for kind, count in by_kind.most_common())
        return f"{seen}: {total} violations ({kinds})"

    def _channel(self, arrival: Arrival) -> Channel | None:
        if not arrival.topic.startswith(f"{self._prefix}/") and arrival.topic.startswith(
            f"{self._ha_prefix}/device/"
        ):
            return DISCOVERY if _ours(arrival) else _FOREIGN
        match = match_topic(self._prefix, arrival.topic)
        return None if match is None else match.channel

    def _judge(self, arrival: Arrival, channel: Channel | None) -> Iterator[Violation]:
        topic = arrival.topic
        if channel is None:
            yield Violation(topic, "topic", "expected one of the contract, found this one")
            return
        if channel.direction is Direction.SENT and arrival.payload and arrival.qos != channel.qos:
            yield Violation(topic, "qos", f"expected {channel.qos}, found {arrival.qos}")
        if arrival.retained != channel.retain and (arrival.retained or arrival.as_published):
            words = {True: "a retained message", False: "one that is not retained"}
            yield Violation(topic, "retain", f"expected {words[channel.retain]}, found {words[arrival.retained]}")
        if arrival.payload and arrival.content_type not in (None, channel.content_type):
            text = f"expected {channel.content_type}, found {arrival.content_type!r}"
            yield Violation(topic, "content type", text)
        yield from self._judge_payload(arrival, channel)

    def _judge_payload(self, arrival: Arrival, channel: Channel) -> Iterator[Violation]:
        topic = arrival.topic
        body = _object(arrival.payload) if channel.name in ("event", "history") else None
        late = body is not None and body.get("historical") is True
        if channel.name == "event" and late:
            yield Violation(topic, "historical", "expected events as they happen, found one that is historical")
        elif (fault := channel.fault_of(arrival.payload)) is not None:
            yield Violation(topic, "payload", fault)
        seq = None if body is None else body.get("seq")
        if body is not None and isinstance(seq, int) and len(self._sequences) < MOST_TOPICS:
            name = (str(body.get("event_type")), str(body.get("id")))
            fault_of_seq = self._sequences.setdefault(topic, _Sequence()).fault_of(seq, name)
            if fault_of_seq is not None:
                yield Violation(topic, *fault_of_seq)


_FOREIGN = Channel("foreign", "", None, "What other software announces to Home Assistant.")


def _ours(arrival: Arrival) -> bool:
    """True where a discovery message announces one of our nodes: others use the same topics."""
    origin = (_object(arrival.payload) or {}).get("origin")
    return isinstance(origin, dict) and origin.get("name") == ORIGIN


def _object(payload: bytes) -> dict[str, object] | None:
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
