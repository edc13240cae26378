"""Which of the frames without events are kept: unsure ones of each view, and what collections gather."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.teaching.interface import Look, LookKind
from edgeclassify.teaching.looks.choice import Gathering, NoiseFloor, Sight, Varied
from edgeclassify.teaching.looks.hand_off import Offered
from edgeclassify.teaching.looks.interface import Collection, LookRules, Ticket
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.types import EmbeddingFacts

Place = tuple[str, str]
"""A taught model and a view."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A frame that is to be kept as this, and those that go for it."""

    kind: LookKind
    ticket: Ticket
    model: str | None
    in_place_of: tuple[Ticket, ...]


@dataclass(slots=True)
class _Running:
    """A collection at work. `since`: when the daemon took it up, by its own clock."""

    collection: Collection
    since: float
    gathering: Gathering[Ticket]


class Selection:
    """Belongs to the thread that keeps looks. What is in the file is known here by tickets with numbers.

    `clock`: monotonic seconds, by which collections last.
    """

    def __init__(self, rules: LookRules, clock: Callable[[], float]) -> None:
        self._rules, self._clock = rules, clock
        self._unsure: dict[str, Varied[Ticket]] = {}
        self._running: dict[Place, _Running] = {}
        self._noise: dict[str, NoiseFloor] = {}

    @property
    def gathered_views(self) -> frozenset[str]:
        """The views of which frames are gathered."""
        return frozenset(view for _, view in self._running)

    @property
    def watched_s(self) -> dict[Place, float]:
        """Of the collections at work: how many seconds of them are over."""
        return {place: self._watched_s(running) for place, running in self._running.items()}

    @property
    def finished(self) -> list[Place]:
        """Collections whose time is over."""
        return [place for place, one in self._running.items() if self._watched_s(one) >= one.collection.lasts_s]

    def adopt(self, rules: LookRules) -> None:
        """Go by these from now on. What was of another network can't be compared any more: `read` follows."""
        self._rules, self._unsure, self._noise = rules, {}, {}

    def read(self, store: LookStore) -> None:
        """Know what is in the file, from the beginning. May raise LooksError."""
        watched = {(place, one.collection.begun_at): self._watched_s(one) for place, one in self._running.items()}
        unsure, collected = (store.without_pictures(kind) for kind in (LookKind.UNSURE, LookKind.COLLECTED))
        found = store.collections()
        self._unsure = {}
        for look in unsure:
            if (sight := self._sight(look)) is not None:
                self._unsure.setdefault(look.view, Varied()).put(Ticket(look.id), sight)
        self._running = {}
        self._take_up(found, collected, watched)

    def follow(self, store: LookStore) -> None:
        """Another process has changed something. May raise LooksError."""
        there = {number for kind in (LookKind.UNSURE, LookKind.COLLECTED) for number in store.numbers(kind)}
        for frames in self._all_frames():
            for ticket in frames.keys:
                if ticket.number is not None and ticket.number not in there:
                    frames.remove(ticket)
        found = store.collections()
        current = {(one.model, one.view): one for one in found if one.ended is None}
        for place in [*self._running]:
            if place not in current or current[place].begun_at != self._running[place].collection.begun_at:
                del self._running[place]
        if new := [one for place, one in current.items() if place not in self._running]:
            self._take_up(new, store.without_pictures(LookKind.COLLECTED), {})

    def judge(self, offered: Offered) -> Iterator[Chosen]:
        """What this frame is to be kept as; `keep` follows for each, or it is not."""
        sight = Sight(offered.rules.facts.unit(offered.embedding), offered.brightness, offered.at)
        noise = self._noise.setdefault(offered.view, NoiseFloor())
        noise.note(sight, offered.prediction.captured_at_ns / 1e9)
        apart = noise.least_apart
        if offered.is_unsure:
            frames = self._unsure.setdefault(offered.view, Varied())
            verdict = frames.judge(sight, offered.rules.review, apart)
            if verdict.keep:
                yield self._chosen(LookKind.UNSURE, None, frames, sight, verdict.in_place_of)
        for (model, view), running in self._running.items():
            if view == offered.view:
                gathering = running.gathering
                verdict = gathering.judge(sight, self._watched_s(running), apart)
                if verdict.keep:
                    yield self._chosen(LookKind.COLLECTED, model, gathering.frames, sight, verdict.in_place_of)

    def lose(self, tickets: Iterable[Ticket]) -> None:
        """These could not be kept."""
        for ticket in tickets:
            for frames in self._all_frames():
                frames.exchange(ticket)

    def end(self, place: Place) -> None:
        """It gathers no more."""
        self._running.pop(place, None)

    def _chosen(
        self, kind: LookKind, model: str | None, frames: Varied[Ticket], sight: Sight, gone: tuple[Ticket, ...]
    ) -> Chosen:
        for ticket in gone:
            frames.exchange(ticket)
        ticket = Ticket()
        frames.put(ticket, sight)
        return Chosen(kind, ticket, model, gone)

    def _take_up(
        self, found: Iterable[Collection], collected: list[Look], watched: Mapping[tuple[Place, float], float]
    ) -> None:
        now = self._clock()
        for one in found:
            if one.ended is not None:
                continue
            place = (one.model, one.view)
            gathering: Gathering[Ticket] = Gathering(one.most, one.lasts_s)
            for look in collected:
                if (look.model, look.view) == place and (sight := self._sight(look)) is not None:
                    gathering.frames.put(Ticket(look.id), sight)
            since = now - max(watched.get((place, one.begun_at), 0.0), one.watched_s)
            self._running[place] = _Running(one, since, gathering)

    def _watched_s(self, running: _Running) -> float:
        return self._clock() - running.since

    def _all_frames(self) -> Iterator[Varied[Ticket]]:
        yield from self._unsure.values()
        yield from (running.gathering.frames for running in self._running.values())

    def _sight(self, look: Look) -> Sight | None:
        """None for one of another network than the view has now."""
        facts = self._facts(look.view)
        if facts is None or not facts.fits(look.facts):
            return None
        return Sight(look.facts.unit(look.embedding), look.brightness, look.at)

    def _facts(self, view: str) -> EmbeddingFacts | None:
        rules = self._rules.views.get(view)
        return None if rules is None else rules.facts
