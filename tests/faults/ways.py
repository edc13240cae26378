"""Was anything lost on another way out than MQTT? Each is to have every event, in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.faults.journal import Journal
from tests.faults.verdict import Arrival, differing, identity_of, never_made


@dataclass(frozen=True)
class WayVerdict:
    """Of one way, by `name`. `repeated` is no fault."""

    name: str
    events: int
    """That the state machine made and the sink took."""
    arrivals: int
    repeated: int
    lost: tuple[int, ...]
    reordered: tuple[str, ...]
    contradictions: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not (self.lost or self.reordered or self.contradictions)

    def lines(self) -> list[str]:
        """For people: figures first, then each fault."""
        kinds = f"{self.repeated} repeated, {len(self.lost)} lost, {len(self.reordered)} reordered"
        details = [f"  lost: seq {seq}" for seq in self.lost]
        details += [f"  reordered: {text}" for text in self.reordered]
        details += [f"  contradiction: {text}" for text in self.contradictions]
        found = f"{self.arrivals - self.repeated} of {self.events} events, {kinds}"
        return [f"{self.name:<15}{found}, {len(self.contradictions)} contradictions", *details[:30]]


def judge_way(name: str, journal: Journal, arrivals: Sequence[Arrival]) -> WayVerdict:
    """`arrivals` in the order in which they came: of the whole node, not of each view, numbers must grow."""
    got = {arrival.identity for arrival in arrivals}
    required = {identity_of(made) for made in journal.made if made.returned}
    return WayVerdict(
        name=name,
        events=len(required),
        arrivals=len(arrivals) - len(got - required),
        repeated=len(arrivals) - len(got),
        lost=tuple(sorted({seq for seq, *_ in required - got})),
        reordered=tuple(_reordered(arrivals)),
        contradictions=(*differing(arrivals), *never_made(journal.made, got)),
    )


def _reordered(arrivals: Iterable[Arrival]) -> Iterable[str]:
    """First arrivals that came after one with a higher number."""
    highest, seen = 0, set()
    for arrival in arrivals:
        if arrival.seq not in seen and arrival.seq < highest:
            yield f"seq {arrival.seq} after {highest}"
        seen.add(arrival.seq)
        highest = max(highest, arrival.seq)
