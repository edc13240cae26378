"""What runs from the start to the stop: some parts to the end, some until a reload replaces them."""

from collections.abc import Callable

from edgeclassify.daemon import publishing
from edgeclassify.daemon.assembly import Parts
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.current_sink import CurrentSink
from edgeclassify.daemon.health_figures import HealthFigures
from edgeclassify.daemon.kept.options import value_of
from edgeclassify.daemon.looks import Looks
from edgeclassify.daemon.process.service_manager import ServiceManager
from edgeclassify.daemon.publishing import SnapshotFactory
from edgeclassify.daemon.self_description import DaemonRun, node_info
from edgeclassify.daemon.view_threads import ViewThreads
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.interface import Numbers, Onlookers, ShownFrames, Tallies
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.publish.interface import Sink
from edgeclassify.types import Moment, NodeInfo, Option, OptionValue, Reason


class RunningParts:
    """The started parts. `parts` and `threads` are those of the config that holds now.

    Used by the daemon's thread, but for what the capture threads say of their cameras.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        current_sink: CurrentSink,
        cameras: Cameras,
        availability: Availability,
        figures: HealthFigures,
        health: HealthMonitor,
        numbers: Numbers,
        tallies: Tallies,
        manager: ServiceManager,
        session: DaemonRun,
        await_sink: Callable[[Sink], None],
        on_progress: Callable[[], None],
        max_frames: int | None,
        make_snapshots: SnapshotFactory,
        shown_frames: ShownFrames | None = None,
        looks: Looks | None = None,
        onlookers: Onlookers | None = None,
        listener: Sink | None = None,
    ) -> None:
        """`on_progress`, `max_frames`, `make_snapshots`, `shown_frames`, `onlookers`: see ViewThreads. `looks`:
        what is kept of what the views see; None: nothing is. `listener`: who hears of what sinks are told, and of
        what they are not.

        `await_sink` returns when the sink is connected, or need not be waited for any longer: what is seen before
        would come as history, on which nobody acts.
        """
        self.parts, self.current_sink, self.cameras = parts, current_sink, cameras
        self.figures = figures
        self._availability, self._manager = availability, manager
        self._health, self._numbers, self._tallies, self._session = health, numbers, tallies, session
        self._await_sink, self._on_progress, self._make_snapshots = await_sink, on_progress, make_snapshots
        self._shown_frames, self.looks, self._onlookers = shown_frames, looks, onlookers
        self._listener = listener
        self.threads = self._new_threads(max_frames)

    @property
    def outlet(self) -> Outlet:
        """What publishes, counts and logs what follows in the views."""
        return Outlet(self.current_sink.sink, self._health, self._numbers, self._tallies)

    @property
    def finished(self) -> bool:
        """True where inference has ended by itself. Raises what it broke of, or why a camera failed meanwhile."""
        inference = self.threads.inference
        if not inference.finished:
            return False
        if inference.error is not None:
            raise inference.error
        if (failure := self.cameras.failure) is not None:
            raise failure
        return True

    def watch(self) -> None:
        """Look after the cameras: called again and again. Raises what Cameras.watch() does."""
        self.cameras.watch()
        if self.cameras.ended:
            self.threads.inference.drain()

    @property
    def expects_no_frame(self) -> bool:
        """True while no camera gives frames, and none is being inferred."""
        return self.cameras.quiet and not self.threads.inference.busy

    @property
    def views_online(self) -> tuple[tuple[str, bool], ...]:
        """Each view, and whether its camera gives frames."""
        return self._availability.views

    @property
    def frames_seen(self) -> int:
        """Frames that were looked at since the daemon's start."""
        return self._health.frames_seen

    @property
    def latency_ms(self) -> float | None:
        """From frame to scores, the median of the last ones; None: there were none."""
        return self._health.latency_ms

    def info(self) -> NodeInfo:
        """What runs here."""
        return node_info(self.parts, self._session)

    def show_option(self, view: str, option: Option, value: OptionValue) -> None:
        """Publish what an option is set to, where options can be set; who listens hears of it anyway."""
        if publishing.options_can_be_set(self.parts.config):
            self.current_sink.sink.publish_option(view, option, value)
        elif self._listener is not None:
            self._listener.publish_option(view, option, value)

    def show_snooze(self, view: str, until: float | None) -> None:
        """Publish until when a view is left alone (seconds since the epoch), where that can be asked for; who
        listens hears of it anyway."""
        if publishing.snooze_can_be_asked_for(self.parts.config):
            self.current_sink.sink.publish_snooze(view, until)
        elif self._listener is not None:
            self._listener.publish_snooze(view, until)

    def show_profile(self) -> None:
        """Publish which profile is on, where there are any."""
        if self.parts.config.profile:
            self.current_sink.sink.publish_profile(self.parts.profile)

    def renew_intervals(self) -> None:
        """A view's interval has been changed, or a view switched."""
        self.allow_silence()
        self.cameras.follow_views(self.parts)

    def allow_silence(self) -> None:
        """The service manager waits as long as frames may be apart by now."""
        self._manager.allow_silence(self.parts.longest_silence_s)

    # --- threads ---------------------------------------------------------------------------------------

    def start_threads(self) -> None:
        """Say what is known, then let the cameras begin, and inference when the sink is there.

        Raises SourceError where a camera refuses its settings.
        """
        parts, sink = self.parts, self.current_sink.sink
        sink.publish_info(self.info())
        self.show_profile()
        self._availability.show({view.name: view.camera for view in parts.views}, self._say_availability)
        for view in parts.views:
            for option in Option:
                self.show_option(view.name, option, value_of(view, option))
            if not view.enabled:  # no frame will say it: the broker may still keep what it showed at last
                view.end(Reason.PAUSED, self.outlet)
            else:
                view.tell_again(self.outlet)
        self.figures.count(self.threads.snapshots)
        self.allow_silence()
        self.threads.start_snapshots()
        # Cameras take a second to open: the connection is made meanwhile, and the newest frame waits for it.
        self.cameras.run(parts)
        self._await_sink(sink)
        self.threads.start_inference()

    def renew_threads(self) -> None:
        """Others in the place of those that were stopped, for the parts and the sink there are by now."""
        self.threads = self._new_threads(self.threads.inference.left)
        self.start_threads()

    def _new_threads(self, max_frames: int | None) -> ViewThreads:
        if self.looks is not None:
            self.looks.adopt(self.parts)
        return ViewThreads(
            self.parts,
            self.cameras.frames,
            outlet=self.outlet,
            on_progress=self._on_progress,
            max_frames=max_frames,
            make_snapshots=self._make_snapshots,
            shown_frames=self._shown_frames,
            seen_frames=self.looks,
            onlookers=self._onlookers,
        )

    def _say_availability(self, name: str, online: bool) -> None:
        """Called from the capture threads. A view without frames shows nothing that anybody could rely on."""
        self.current_sink.sink.publish_availability(name, online)
        for view in self.parts.views:
            if view.name == name and not online:
                view.lose(Moment.now(), self.outlet)
