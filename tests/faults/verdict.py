"""Was anything lost, doubled without a way to tell, or reordered? Compares what was made with what arrived."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeclassify.types import Reason
from tests.faults.journal import Journal, Made

GONE = Reason.GONE_AFTER_RESTART
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
    """That the state machine made and the sink took."""
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
    unpaired: tuple[str, ...]
    """Starts without an end that are not open any more, ends without a start, two of one."""
    went_on: int
    """Occurrences that went on over an end of the process; no faults."""
    still_open: int

    @property
    def good(self) -> bool:
        faults = self.lost, self.reordered, self.holes, self.contradictions, self.dropped, self.unpaired
        return not any(faults)

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
            f"unpaired       {len(self.unpaired)} (starts without an end, or the other way round)",
            f"went on        {self.went_on} occurrences over an end of the process; open now: {self.still_open}",
            f"lost by broker {len(self.lost_by_broker)} (acknowledged, then the broker was killed within "
            f"{BROKER_KEEPS_S:g} s)",
        ]
        details = [f"  lost: seq {seq}" for seq in self.lost] + [f"  hole: seq {seq}" for seq in self.holes]
        details += [f"  reordered: {text}" for text in self.reordered]
        details += [f"  contradiction: {text}" for text in self.contradictions]
        details += [f"  unpaired: {text}" for text in self.unpaired]
        details += [f"  lost by the broker: seq {seq}" for seq in self.lost_by_broker]
        return figures + details[:60]


def judge(
    journal: Journal,
    arrivals: Sequence[Arrival],
    acknowledged: Mapping[int, Sequence[float]],
    broker_kills: Sequence[float],
    still_open: Collection[str] | None = None,
) -> Verdict:
    """`acknowledged`: seq → when the broker's PUBACK was seen; `broker_kills`: when it was killed.

    `still_open`: ids of the occurrences that the node's database says are open; None: pairs are not judged.
    """
    arrived = {arrival.seq for arrival in arrivals}
    got = {arrival.identity for arrival in arrivals}
    required = [made for made in journal.made if made.returned]
    missing = sorted({made.seq for made in required if identity_of(made) not in got})
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
            [*_used_twice(required), *differing(arrivals), *_mislabelled(arrivals), *never_made(journal.made, got)]
            + [f"not taken by the sink: {failure}" for failure in journal.failures]
        ),
        dropped=max((pulse.dropped for pulse in journal.pulses), default=0),
        unpaired=() if still_open is None else tuple(_unpaired({*map(identity_of, required), *got}, still_open)),
        went_on=len(_went_on(required, still_open or ())),
        still_open=len(still_open or ()),
    )


def _unpaired(events: Iterable[tuple[int, str, str, str]], still_open: Collection[str]) -> Iterable[str]:
    """In each view every start has one end, before the next start; or it is still open."""
    open_ids: dict[str, str] = {}
    known: set[str] = set()
    for seq, name, view, kind in sorted(events):
        found = open_ids.get(view)
        if kind == "start":
            if found is not None:
                yield f"seq {seq}: {view}: {name} starts, and {found} has not ended"
            if name in known:
                yield f"seq {seq}: {view}: {name} starts again"
            known.add(name)
            open_ids[view] = name
        elif name != found:
            yield f"seq {seq}: {view}: {kind} of {name}, and open is {found}"
        elif kind == "end":
            del open_ids[view]
    for name in {*open_ids.values()} ^ {*still_open}:
        what = "is open in the database, and has ended" if name in still_open else "has no end, and is not open"
        yield f"{name} {what}"


def _went_on(made: Iterable[Made], still_open: Collection[str]) -> set[str]:
    """Occurrences of which a later process had something to say but that they are gone."""
    began = {event.id: event.run for event in made if event.event_type == "start"}
    last = max((event.run for event in made), default=0)
    later = {event.id for event in made if event.run > began.get(event.id, last) and event.reason != GONE}
    return later | {name for name in still_open if began.get(name, last) < last}


def identity_of(made: Made) -> tuple[int, str, str, str]:
    return made.seq, made.id, made.view, made.event_type


def _was_the_brokers(acknowledged: Iterable[float], kills: Sequence[float]) -> bool:
    return any(0 <= kill - at <= BROKER_KEEPS_S for at in acknowledged for kill in kills)


def _reordered(arrivals: Iterable[Arrival]) -> Iterable[str]:
    """First arrivals of an event that came after one with a higher number on the topic of its view.

    One that has come live, and comes once more as history, since a kill took the note that it was acknowledged, is
    a repeat wherever it stands among others.
    """
    highest: dict[tuple[str, str], int] = defaultdict(int)
    seen = set()
    for arrival in arrivals:
        place = arrival.view, arrival.topic
        if arrival.identity in seen:
            continue
        seen.add(arrival.identity)
        if arrival.seq < highest[place]:
            yield f"{'/'.join(place)}: seq {arrival.seq} after {highest[place]}"
        highest[place] = max(highest[place], arrival.seq)


def _used_twice(made: Iterable[Made]) -> Iterable[str]:
    for seq, count in Counter(event.seq for event in made).items():
        if count > 1:
            yield f"seq {seq}: given to {count} events"


def differing(arrivals: Iterable[Arrival]) -> Iterable[str]:
    first: dict[int, Arrival] = {}
    for arrival in arrivals:
        known = first.setdefault(arrival.seq, arrival)
        if known.content != arrival.content or known.view != arrival.view:
            yield f"seq {arrival.seq}: a repeat differs: {known.content} and {arrival.content}"


def _mislabelled(arrivals: Iterable[Arrival]) -> Iterable[str]:
    for arrival in arrivals:
        if (arrival.topic == "history") != (arrival.body.get("historical") is True):
            yield f"seq {arrival.seq}: on {arrival.topic}, historical is {arrival.body.get('historical')}"


def never_made(made: Iterable[Made], got: set[tuple[int, str, str, str]]) -> Iterable[str]:
    for seq, *_ in sorted(got - {identity_of(event) for event in made}):
        yield f"seq {seq}: arrived and was never made"
