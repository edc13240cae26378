"""The sink there is: a reload has it show something else, or puts another one in its place."""

from collections.abc import Callable
from dataclasses import replace

from edgeclassify.config import Config
from edgeclassify.daemon.publishing import ShownLabels, SinkContext, SinkKey, sink_key
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.interface import Sink

SinkFactory = Callable[[Config, SinkContext], Sink]


@dataclass(frozen=True, slots=True)
class PlannedSink:
    """Made of a config, and not started."""

    sink: Sink
    made_from: SinkKey


class CurrentSink:
    """`sink` may be used from any thread, the rest belongs to the daemon's. `make` raises EdgeClassifyError."""

    def __init__(self, make: SinkFactory, context: SinkContext, config: Config) -> None:
        """Makes one for the config, and the labels in `context`; it is not started."""
        self._make, self._context = make, context
        self._planned = self._plan(config, context.labels)
        self._running = False

    @property
    def sink(self) -> Sink:
        """The one there is."""
        return self._planned.sink

    def start(self) -> None:
        """Begin to connect."""
        self.sink.start()
        self._running = True

    def stop(self, timeout_s: float) -> None:
        """Deliver what is pending and disconnect. It stays known: requests that still come are answered."""
        self._running = False
        self.sink.stop(timeout_s)

    def plan(self, config: Config, labels: ShownLabels) -> PlannedSink | None:
        """What another config needs in its place; None: nothing, the one there is shows it already."""
        return None if self._planned.made_from == sink_key(config, labels) else self._plan(config, labels)

    def replace(self, planned: PlannedSink, stop_s: float) -> None:
        """On the connection there is, where that can be: its end would show the whole node as offline.

        Else the one there is gets `stop_s` seconds to end.
        """
        before, after = self._planned.made_from, planned.made_from
        if before.connection == after.connection and self.sink.adopt(planned.sink):
            self._planned = PlannedSink(self.sink, after)
            return
        self.stop(stop_s)
        self._planned = planned
        self.start()

    def restore(self, config: Config, labels: ShownLabels) -> None:
        """A reload has failed: where the one there was has been stopped, begin another like it."""
        if not self._running:
            self._planned = self._plan(config, labels)
            self.start()

    def _plan(self, config: Config, labels: ShownLabels) -> PlannedSink:
        context = replace(self._context, labels=labels)
        return PlannedSink(self._make(config, context), sink_key(config, labels))
