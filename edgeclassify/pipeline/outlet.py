"""What follows from frames, on its way out: numbered, counted, published and logged."""

from dataclasses import replace

from edgeclassify.event_log import log_event
from edgeclassify.health import HealthMonitor
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pipeline.interface import NO_TALLIES, Numbers, Tallies
from edgeclassify.postprocess.interface import Step
from edgeclassify.publish.interface import Sink
from edgeclassify.types import Event, ViewState


@dataclass(frozen=True, slots=True)
class Outlet:
    """Numbers, publishes, counts and logs what follows in views. Thread-safe."""

    sink: Sink
    health: HealthMonitor
    numbers: Numbers
    tallies: Tallies = NO_TALLIES

    def tell(self, step: Step) -> Step:
        """Publish it, with its numbers. Events first: a state names the last one's, which must be on disk."""
        events = tuple(map(self.tell_event, step.events)) if step.events else ()
        if step.state is None:
            return Step(None, events)
        state = self.numbered(step.state)
        self.sink.publish_state(state)
        return Step(state, events)

    def tell_event(self, event: Event) -> Event:
        """Give an event its number, and publish it; a number is used up only where the sink has taken it."""
        counted = self.tallies.counted(event)
        with self.numbers.drawn(event.view) as seq:
            numbered = replace(counted, seq=seq)
            self.sink.publish_event(numbered)
        self.tallies.keep(numbered)
        self.health.record_event()
        log_event(numbered)
        return numbered

    def tell_again(self, state: ViewState, now_at: float | None = None) -> None:
        """Publish what was told before. `now_at`: with the counts of that moment's day; None: of the state's."""
        self.sink.publish_state(self.numbered(state, now_at))

    def numbered(self, state: ViewState, now_at: float | None = None) -> ViewState:
        """The state with the number of its view's last event, and the day's counts: see `tell_again`."""
        today = self.tallies.today(state, now_at)
        return replace(
            state, seq=self.numbers.last_of(state.view), today=today.labels, day=today.day, clock=today.clock
        )
