"""What follows from frames, on its way out: numbered, published, counted and logged."""

from dataclasses import dataclass, replace

from edgeclassify.event_log import log_event
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.interface import Numbers
from edgeclassify.postprocess.interface import Step
from edgeclassify.publish.interface import Sink
from edgeclassify.types import Event, ViewState


@dataclass(frozen=True, slots=True)
class Outlet:
    """Numbers, publishes, counts and logs what follows in views. Thread-safe."""

    sink: Sink
    health: HealthMonitor
    numbers: Numbers

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
        with self.numbers.drawn(event.view) as seq:
            numbered = replace(event, seq=seq)
            self.sink.publish_event(numbered)
        self.health.record_event()
        log_event(numbered)
        return numbered

    def numbered(self, state: ViewState) -> ViewState:
        """The state with the number of its view's last event."""
        return replace(state, seq=self.numbers.last_of(state.view))
