"""Was anything lost, doubled without a way to tell, or reordered? Compares what was made with what arrived."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.journal import Journal, Made

BROKER_KEEPS_S = 1.0
"""A broker that is killed so many seconds after its PUBACK, or sooner, may not have passed the message on."""


@dataclass(frozen=True)
class Arrival:
    """One message that the subscriber got, in the order in which it came."""

    topic: str
    """Its last level: event or history."""
    view: str
    body: Mapping[str, Any]

    @property
    def seq(self) -> int:
        return int(self.body["seq"])

    @property
    def content(self) -> dict[str, Any]:
        """The body apart from the mark of a late one."""
        return {key: value for key, value in self.body.items() if key != "historical"}

    @property
    def identity(self) -> tuple[int, str, str, str]:
        return self.seq, str(self.body["id"]), self.view, str(self.body["event_type"])


@dataclass(frozen=True)
class Verdict:
    """Every fault of the delivery, each named; `repeated` and `historical` are no faults."""

    events: int
    """That the state machine made and the publisher took."""
    arrivals: int
    repeated: int
    historical: int
    lost: tuple[int, ...]
    lost_by_broker: tuple[int, ...]
    """Not counted as lost: the broker had acknowledged them and was killed right after."""
    reordered: tuple[str, ...]
    holes: tuple[int, ...]
    """Numbers between 1 and the last that never arrived."""
    contradictions: tuple[str, ...]
    """Numbers used twice, repeats that differ, messages of the wrong kind, events that nobody made."""
    dropped: int

    @property
    def good(self) -> bool:
        return not (self.lost or self.reordered or self.holes or self.contradictions or self.dropped)

    def lines(self) -> list[str]:
        """For people: figures first, then each fault."""
        figures = [
            f"events         {self.events}",
            f"arrived        {self.arrivals} ({self.historical} as history)",
            f"lost           {len(self.lost)}",
            f"repeated       {self.repeated}",
            f"reordered      {len(self.reordered)}",
            f"holes          {len(self.holes)}",
            f"dropped        {self.dropped}",
            f"contradictions {len(self.contradictions)}",
            f"lost by broker {len(self.lost_by_broker)} (acknowledged, then the broker was killed within "
            f"{BROKER_KEEPS_S:g} s)",
        ]
        details = [f"  lost: seq {seq}" for seq in self.lost] + [f"  hole: seq {seq}" for seq in self.holes]
        details += [f"  reordered: {text}" for text in self.reordered]
        details += [f"  contradiction: {text}" for text in self.contradictions]
        details += [f"  lost by the broker: seq {seq}" for seq in self.lost_by_broker]
        return figures + details[:60]


def judge(
    journal: Journal,
    arrivals: Sequence[Arrival],
    acknowledged: Mapping[int, Sequence[float]],
    broker_kills: Sequence[float],
) -> Verdict:
    """`acknowledged`: seq → when the broker's PUBACK was seen; `broker_kills`: when it was killed."""
    arrived = {arrival.seq for arrival in arrivals}
    got = {arrival.identity for arrival in arrivals}
    required = [made for made in journal.made if made.returned]
    missing = sorted({made.seq for made in required if _identity(made) not in got})
    by_broker = [seq for seq in missing if _was_the_brokers(acknowledged.get(seq, ()), broker_kills)]
    last = max(arrived | {made.seq for made in required}, default=0)
    return Verdict(
        events=len(required),
        arrivals=len(arrivals),
        repeated=len(arrivals) - len(got),
        historical=sum(arrival.topic == "history" for arrival in arrivals),
        lost=tuple(seq for seq in missing if seq not in by_broker),
        lost_by_broker=tuple(by_broker),
        reordered=tuple(_reordered(arrivals)),
        holes=tuple(seq for seq in range(1, last + 1) if seq not in arrived and seq not in by_broker),
        contradictions=tuple(
            [*_used_twice(required), *_differing(arrivals), *_mislabelled(arrivals), *_unknown(journal.made, got)]
            + [f"not taken by the publisher: {failure}" for failure in journal.failures]
        ),
        dropped=max((pulse.dropped for pulse in journal.pulses), default=0),
    )


def _identity(made: Made) -> tuple[int, str, str, str]:
    return made.seq, made.id, made.view, made.event_type


def _was_the_brokers(acknowledged: Iterable[float], kills: Sequence[float]) -> bool:
    return any(0 <= kill - at <= BROKER_KEEPS_S for at in acknowledged for kill in kills)


def _reordered(arrivals: Iterable[Arrival]) -> Iterable[str]:
    """First arrivals on a topic of a view that came after one with a higher number."""
    highest: dict[tuple[str, str], int] = defaultdict(int)
    seen = set()
    for arrival in arrivals:
        place = arrival.view, arrival.topic
        if (place, arrival.seq) in seen:
            continue
        seen.add((place, arrival.seq))
        if arrival.seq < highest[place]:
            yield f"{'/'.join(place)}: seq {arrival.seq} after {highest[place]}"
        highest[place] = max(highest[place], arrival.seq)


def _used_twice(made: Iterable[Made]) -> Iterable[str]:
    for seq, count in Counter(event.seq for event in made).items():
        if count > 1:
            yield f"seq {seq}: given to {count} events"


def _differing(arrivals: Iterable[Arrival]) -> Iterable[str]:
    first: dict[int, Arrival] = {}
    for arrival in arrivals:
        known = first.setdefault(arrival.seq, arrival)
        if known.content != arrival.content or known.view != arrival.view:
            yield f"seq {arrival.seq}: a repeat differs: {known.content} and {arrival.content}"


def _mislabelled(arrivals: Iterable[Arrival]) -> Iterable[str]:
    for arrival in arrivals:
        if (arrival.topic == "history") != (arrival.body.get("historical") is True):
            yield f"seq {arrival.seq}: on {arrival.topic}, historical is {arrival.body.get('historical')}"


def _unknown(made: Iterable[Made], got: set[tuple[int, str, str, str]]) -> Iterable[str]:
    for seq, *_ in sorted(got - {_identity(event) for event in made}):
        yield f"seq {seq}: arrived and was never made"
