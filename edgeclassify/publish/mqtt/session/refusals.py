"""What the broker has refused on a connection, and when it is tried again."""

from collections.abc import Callable
from typing import TypeVar

REFUSED_RETRY_S = 300.0
"""What the broker's rules forbid is tried again on the next connection, and on this one after so many seconds,
since a connection may last for months: events, and the newest value of a retained topic."""
FIRST_RETRY_S = 1.0
"""What it refuses for any other reason (a quota, none at all) may be taken a moment later. While it is not this
doubles, up to REFUSED_RETRY_S."""
WELL_S = 60.0
"""How long no refusal must come before a topic counts as taken again: some brokers refuse one message of three."""
_FORBIDDEN = frozenset({"not authorized", "topic name invalid"})

_Key = TypeVar("_Key", str, int)


class Refusals:
    """Used by one session. `clock`: monotonic seconds; a refusal is the name of the broker's reason code.

    A refused event holds up its topic, since the next one would be refused, too. One that is refused again though
    others of its view were taken since is at fault itself: it waits alone.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._topics: dict[str, float] = {}
        self._values: dict[str, float] = {}
        self._events: dict[int, float] = {}
        self._pauses: dict[str | int, float] = {}
        self._newest: dict[str, float] = {}
        self._taken: dict[str, int] = {}
        self._taken_before: dict[int, int] = {}

    def event(self, topic: str, seq: int, refusal: str) -> None:
        """An event was refused."""
        now, taken = self._clock(), self._taken.get(_view(topic), 0)
        self._newest[topic] = now
        if self._taken_before.setdefault(seq, taken) < taken:
            self._events[seq] = now + self._pause(seq, refusal)
        elif topic not in self._topics:
            self._topics[topic] = now + self._pause(topic, refusal)

    def value(self, topic: str, refusal: str) -> None:
        """The value of a retained topic was refused."""
        self._newest[topic] = self._clock()
        self.put_off(topic, self._pause(topic, refusal))

    def put_off(self, topic: str, pause_s: float = REFUSED_RETRY_S) -> None:
        """The value of a retained topic can't be sent now."""
        self._values[topic] = self._clock() + pause_s

    def sent(self, topic: str) -> None:
        """A newer value of the topic is on its way: the refused one need not be sent again."""
        self._values.pop(topic, None)

    def taken(self, topic: str, seq: int | None) -> None:
        """The broker has taken a message: an event, or the value of a retained topic."""
        self._pauses.pop(topic, None)
        if seq is not None:
            self._taken[_view(topic)] = self._taken.get(_view(topic), 0) + 1
            self._taken_before.pop(seq, None)
            self._pauses.pop(seq, None)

    def is_over(self, topic: str) -> bool:
        """True where nothing of the topic has been refused for a while."""
        return self._clock() - self._newest.get(topic, float("-inf")) >= WELL_S

    def holds(self, topic: str, seq: int) -> bool:
        """True while an event is to wait."""
        return topic in self._topics or seq in self._events

    def due_values(self) -> list[str]:
        """The topics whose value is to be sent again; told once."""
        return _take_due(self._values, self._clock())

    def due_events(self) -> bool:
        """True where events that had to wait are to be sent again; told once."""
        now = self._clock()
        topics, events = _take_due(self._topics, now), _take_due(self._events, now)
        return bool(topics or events)

    def _pause(self, key: str | int, refusal: str) -> float:
        longer = min(2 * self._pauses[key], REFUSED_RETRY_S) if key in self._pauses else FIRST_RETRY_S
        self._pauses[key] = longer
        return REFUSED_RETRY_S if refusal in _FORBIDDEN else longer


def _view(topic: str) -> str:
    """`event` and `history` are of one view."""
    return topic.rpartition("/")[0]


def _take_due(retry_at: dict[_Key, float], now: float) -> list[_Key]:
    due = [key for key, at in retry_at.items() if at <= now]
    for key in due:
        del retry_at[key]
    return due
