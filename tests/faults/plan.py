"""Which faults happen, in which order, how long: all from a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong. CUT_*: the network, at a byte of a packet about an event."""

    CUT_BEFORE_PUBLISH = "cut before PUBLISH"
    CUT_IN_PUBLISH = "cut in the middle of PUBLISH"
    CUT_AFTER_PUBLISH = "cut after PUBLISH"
    CUT_BEFORE_PUBACK = "cut before PUBACK"
    CUT_IN_PUBACK = "cut in the middle of PUBACK"
    CUT_AFTER_PUBACK = "cut after PUBACK"
    PUBACK_LOST = "PUBACK lost, cut later"
    FREEZE = "network frozen"
    DEAD_LINE = "network frozen past keep-alive"
    REFUSE = "connections refused"
    LATENCY = "latency"
    BROKER_KILL = "broker killed"
    NODE_KILL = "node killed"
    NODE_KILL_AT_PUBLISH = "node killed after PUBLISH, before PUBACK"
    BOTH_KILLED = "broker and node killed"
    NODE_RESTART = "node stopped and started"
    DISK_FULL = "disk full"
    CLOCK = "clock jumps"
    RECEIVER_FAULT = "webhook answered 500"
    RECEIVER_BUSY = "webhook answered 429 with Retry-After"
    RECEIVER_SLOW = "webhook slow"
    RECEIVER_CUT_BEFORE = "webhook cut before the event is taken"
    RECEIVER_CUT_AFTER = "webhook cut after the event was taken"
    RECEIVER_MOVED = "webhook redirected"
    RECEIVER_KILL = "webhook's receiver killed"
    NODE_KILL_AT_POST = "node killed after POST, before the answer"
    NODE_KILL_BETWEEN = "node killed between the spool's commit and what the sinks hear"


_WEIGHTS = {
    Kind.CUT_BEFORE_PUBLISH: 6,
    Kind.CUT_IN_PUBLISH: 6,
    Kind.CUT_AFTER_PUBLISH: 6,
    Kind.CUT_BEFORE_PUBACK: 6,
    Kind.CUT_IN_PUBACK: 5,
    Kind.CUT_AFTER_PUBACK: 6,
    Kind.PUBACK_LOST: 5,
    Kind.FREEZE: 4,
    Kind.DEAD_LINE: 1,
    Kind.REFUSE: 4,
    Kind.LATENCY: 3,
    Kind.BROKER_KILL: 8,
    Kind.NODE_KILL: 6,
    Kind.NODE_KILL_AT_PUBLISH: 4,
    Kind.BOTH_KILLED: 2,
    Kind.NODE_RESTART: 3,
    Kind.DISK_FULL: 4,
    Kind.CLOCK: 4,
    Kind.RECEIVER_FAULT: 3,
    Kind.RECEIVER_BUSY: 2,
    Kind.RECEIVER_SLOW: 1,
    Kind.RECEIVER_CUT_BEFORE: 2,
    Kind.RECEIVER_CUT_AFTER: 3,
    Kind.RECEIVER_MOVED: 2,
    Kind.RECEIVER_KILL: 2,
    Kind.NODE_KILL_AT_POST: 2,
    Kind.NODE_KILL_BETWEEN: 2,
}
_DAY_S = 86_400.0
_JUMPS_S = (1.0, 3600.0, _DAY_S, 8 * _DAY_S, 400 * _DAY_S, 3650 * _DAY_S)


@dataclass(frozen=True)
class Fault:
    """One fault. `pause_s` comes before it; what the other figures mean depends on the kind."""

    number: int
    kind: Kind
    pause_s: float
    lasts_s: float
    countdown: int
    """Which packet about an event, counted from now, springs a trap."""
    share: float
    reset: bool
    clock_s: float

    def __str__(self) -> str:
        text = f"#{self.number} {self.kind}"
        if self.kind is Kind.CLOCK:
            return f"{text} to {self.clock_s:+.0f} s"
        return f"{text} (pause {self.pause_s:.2f} s, lasts {self.lasts_s:.2f} s, packet {self.countdown})"


def make_plan(count: int, seed: int, without: Sequence[Kind] = ()) -> list[Fault]:
    """`count` faults; each kind that is possible comes in each hundred, in an order of the seed's."""
    rng = random.Random(seed)
    weights = {kind: weight for kind, weight in _WEIGHTS.items() if kind not in without}
    deck: list[Kind] = []
    faults = []
    for number in range(1, count + 1):
        if not deck:
            deck = [kind for kind, weight in weights.items() for _ in range(weight)]
            rng.shuffle(deck)
        kind = deck.pop()
        faults.append(
            Fault(
                number=number,
                kind=kind,
                pause_s=rng.choice((0.0, rng.uniform(0, 0.1), rng.uniform(0, 0.5))),
                lasts_s=rng.uniform(7.0, 12.0) if kind is Kind.DEAD_LINE else rng.uniform(0.05, 1.0),
                countdown=rng.choice((1, 1, 2, 3, rng.randint(4, 12))),
                share=rng.uniform(0.01, 0.99),
                reset=rng.random() < 0.5,
                clock_s=rng.choice((-1, 1)) * rng.choice(_JUMPS_S) * rng.uniform(0.5, 1.0),
            )
        )
    return faults
