"""Starts the parts in order, watches them, reloads, and stops them in reverse within STOP_BUDGET_S.

Start: spool → models → sink → snapshots → inference thread → capture threads. Stop: the other way round, so
that nothing is captured that would not be inferred, and nothing inferred that would not be published. A reload
leaves the capture threads running, as far as their cameras stay as they are.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from edgeclassify.config import Config
from edgeclassify.daemon import assembly, publishing
from edgeclassify.daemon.assembly import NO_PARTS, Parts
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.cameras.recovery import Recovery
from edgeclassify.daemon.continuity import Continuity, end_views
from edgeclassify.daemon.line import Line
from edgeclassify.daemon.process.service_manager import ServiceManager
from edgeclassify.daemon.process.signals import SignalFlags, SignalHandlers
from edgeclassify.daemon.process.watchdog import MAIN_LIMIT_S, RELOAD_LIMIT_S, Watchdog
from edgeclassify.daemon.publishing import SinkContext, SinkKey
from edgeclassify.daemon.requests.commands import CommandHandler, value_of
from edgeclassify.daemon.start_line import start_line
from edgeclassify.daemon.state import Keeping, state_folder
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import Health, HealthMonitor
from edgeclassify.logs import set_level
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.view import View
from edgeclassify.publish.interface import Sink
from edgeclassify.publish.snapshots import SnapshotTaker
from edgeclassify.pulse import Pulse
from edgeclassify.systemd import Notifier
from edgeclassify.types import Moment, NodeInfo, Option, OptionValue, Reason

log = logging.getLogger(__name__)

TICK_S = 0.1
"""How often the loop looks at requests and parts."""
MAINTENANCE_S = 1.0
"""How often the spool is looked after, and the watchdog fed while no frame is to be expected."""
STOP_BUDGET_S = 1.8
"""Seconds from the request to the end, shared by capture, inference and sink."""

RELOAD_PATIENCE_S = 60.0
"""How much longer than that a reload waits for the frame that is being inferred."""
CONNECT_PATIENCE_S = 2.0
"""How long inference waits for the outcome of the first attempt to connect, after the start and after a reload."""

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may keep the others from the interpreter: inference takes it back after each native call, and
would wait up to Python's 5 ms for a capture thread that is busy with bytecode."""

Part = TypeVar("Part")
SinkFactory = Callable[[Config, SinkContext], Sink]


class Daemon:
    """One run of the service: `run()` returns when it was asked to stop or all input has ended.

    `load` reads the config; it is called again for every reload. `max_frames`: end after so many frames.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        *,
        make_sink: SinkFactory = publishing.make_mqtt_sink,
        max_frames: int | None = None,
        notifier: Notifier | None = None,
    ) -> None:
        self._load = load
        self._make_sink = make_sink
        self._frames_left = max_frames
        notifier = Notifier() if notifier is None else notifier
        self._manager = ServiceManager(notifier, self._status)
        self._pulse = Pulse()
        self._watchdog = Watchdog(notifier.watchdog, self._late)
        self._flags = SignalFlags()
        self._wake = threading.Event()
        self._health = HealthMonitor()
        self._session, self._started = assembly.new_session()
        self._parts = NO_PARTS
        self._keeping: Keeping | None = None
        self._desk: CommandHandler | None = None
        self._context: SinkContext | None = None
        self._sink: Sink | None = None
        self._connected_with: SinkKey | None = None
        self._snapshots: SnapshotTaker | None = None
        self._availability = Availability()
        self._cameras: Cameras | None = None
        self._continuity: Continuity | None = None
        self._done = False
        self._line: Line | None = None
        self._next_health = self._next_maintenance = 0.0
        self._snapshots_dropped = self._snapshots_skipped = 0

    @property
    def health(self) -> HealthMonitor:
        """Figures of this run."""
        return self._health

    def request_stop(self) -> None:
        """Ask the daemon to end, from any thread."""
        self._flags.stop = True
        self._wake.set()

    def run(self) -> None:
        """Work until asked to stop. Raises EdgeClassifyError when it can't go on; everything is stopped then."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        with SignalHandlers(self._flags):
            try:
                config = self._load()
                set_level(config.logging.level)
                self._start_sink_parts(config)
                self._start_threads()
                self._manager.ready()
                self._loop()
            finally:
                self._stop()

    # --- start -----------------------------------------------------------------------------------------

    def _start_sink_parts(self, config: Config) -> None:
        self._keeping = keeping = Keeping(config, state_folder(config), self._health.bytes_written_day)
        self._desk = CommandHandler(self, keeping.options, self._wake.set)
        self._context = SinkContext(keeping.spool, keeping.published, self._desk.put)
        self._parts = assembly.assemble(config, keeping.options)
        self._continuity = Continuity(keeping.spool)
        self._continuity.take_up(self._parts.views, config.node.resume_s)
        self._cameras = Cameras(Recovery(state_folder(config), config.recovery), self._availability)
        sink = self._new_sink(config)
        log.info("%s", start_line(self._parts, sink.describe()))
        self._connect(config, sink)
        self._continuity.end_left_over(self._outlet)
        assembly.forget_stale_options(self._parts, keeping.options)

    def _new_sink(self, config: Config) -> Sink:
        return self._make_sink(config, _running(self._context))

    def _connect(self, config: Config, sink: Sink) -> None:
        sink.start()
        self._sink = sink
        self._connected_with = publishing.sink_key(config)

    def _start_threads(self) -> None:
        parts, sink = self._parts, _running(self._sink)
        sink.publish_info(self.info())
        self._availability.show({view.name: view.camera for view in parts.views}, self._say_availability)
        for view in parts.views:
            for option in Option:
                self.show_option(view.name, option, value_of(view, option))
            if not view.enabled:  # no frame will say it: the broker may still keep what it showed at last
                view.end(Reason.PAUSED, self._outlet)
            else:
                view.tell_again(self._outlet)
        self._snapshots = publishing.make_snapshot_taker(parts.config, self._publish_snapshot)
        if self._snapshots is not None:
            self._snapshots.start()
        cameras = _running(self._cameras)
        self._line = Line(
            parts,
            cameras,
            outlet=self._outlet,
            on_progress=self._watchdog.feed,
            max_frames=self._frames_left,
            snapshots=self._snapshots,
        )
        self._manager.allow_silence(parts.longest_silence_s)
        self._await_broker()
        self._line.start()
        cameras.run(parts)

    def _await_broker(self) -> None:
        """Before the first frame: what it shows would come as history, on which nobody acts."""
        deadline = time.monotonic() + CONNECT_PATIENCE_S
        sink = _running(self._sink)
        while not (sink.await_first_attempt(TICK_S) or self._flags.stop or time.monotonic() > deadline):
            pass

    @property
    def _outlet(self) -> Outlet:
        return Outlet(_running(self._sink), self._health, _running(self._keeping).numbers)

    def _say_availability(self, name: str, online: bool) -> None:
        """Called from the capture threads. A view without frames shows nothing that anybody could rely on."""
        if self._sink is None:
            return
        self._sink.publish_availability(name, online)
        for view in self._parts.views:
            if view.name == name and not online:
                view.lose(Moment.now(), self._outlet)

    def _publish_snapshot(self, view: str, jpeg: bytes) -> None:
        if (sink := self._sink) is not None:
            sink.publish_snapshot(view, jpeg)

    # --- work ------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        while not self._flags.stop:
            self._pulse.beat(MAIN_LIMIT_S)
            self._wake.clear()
            if self._flags.take_reload():
                self._reload_for_signal()
            _running(self._desk).work()
            line = _running(self._line)
            if line.finished:
                log.info("all frames done: %d inferred", self._health.frames)
                self._done = True
                return
            _running(self._cameras).watch()
            line.watch()
            self._look_after_figures()
            self._wake.wait(TICK_S)

    def _late(self) -> Iterator[str]:
        """The threads that hang, beside those of the cameras and inference, which are known by their frames."""
        if self._pulse.late:
            yield "the main loop"
        if (sink := self._sink) is not None and sink.hangs:
            yield "delivery"
        if (snapshots := self._snapshots) is not None and snapshots.hangs:
            yield "the taking of snapshots"

    def _look_after_figures(self) -> None:
        now = time.monotonic()
        if now >= self._next_maintenance:
            self._next_maintenance = now + MAINTENANCE_S
            _running(self._keeping).spool.maintain()
            _running(self._continuity).keep(self._parts.views, self._parts.config.node.resume_s)
            # While a frame is to be expected, nothing but a frame that went through counts.
            if _running(self._cameras).quiet and _running(self._line).idle:
                self._watchdog.feed()
        if now >= self._next_health:
            self._next_health = now + self._parts.config.node.health_interval_s
            _running(self._sink).publish_health(self._report())
            self._manager.show_status()

    def _report(self) -> Health:
        spool, cameras, snapshots = _running(self._keeping).spool, _running(self._cameras), self._snapshots
        return self._health.report(
            cameras=cameras.health,
            dropped=cameras.dropped,
            restarts=cameras.restarts,
            spool_depth=spool.depth,
            spool_dropped=spool.dropped,
            spool_on_disk=spool.on_disk,
            skipped=cameras.skipped,
            snapshots_dropped=self._snapshots_dropped + (0 if snapshots is None else snapshots.dropped),
            snapshots_skipped=self._snapshots_skipped + (0 if snapshots is None else snapshots.skipped),
        )

    def _status(self) -> str:
        cameras = "" if self._cameras is None else self._cameras.states
        return f"{self._health.frames} frames; cameras: {cameras}"

    # --- what requests over MQTT may do: see requests.Node ---------------------------------------------

    @property
    def views(self) -> tuple[View, ...]:
        """The views, running."""
        return self._parts.views

    @property
    def snapshots(self) -> SnapshotTaker | None:
        """Who takes pictures; None: nobody may."""
        return self._snapshots

    @property
    def no_snapshots_because(self) -> str:
        """What to say where nobody may."""
        if self._parts.config.node.labels_only:
            return "no pictures: node.labels_only is true"
        return "no pictures: snapshot.mqtt and snapshot.disk are false. Set one of them in the config."

    def info(self) -> NodeInfo:
        """What runs here."""
        return assembly.node_info(self._parts, self._session, self._started)

    def figures(self) -> Health:
        """Figures of the running daemon."""
        return self._report()

    def switch(self, view: View, enabled: bool) -> None:
        """Watch a view, or let it rest."""
        view.switch(enabled, self._outlet)
        self.renew_intervals()

    def renew_intervals(self) -> None:
        """A view's interval has been changed, or a view switched."""
        self._manager.allow_silence(self._parts.longest_silence_s)
        _running(self._cameras).follow_views(self._parts)

    def hurry(self, camera: str) -> None:
        """Hand over the camera's next frame at once."""
        _running(self._cameras).hurry(camera)

    def show_option(self, view: str, option: Option, value: OptionValue) -> None:
        """Publish what an option is set to, where options can be set."""
        if publishing.options_can_be_set(self._parts.config):
            _running(self._sink).publish_option(view, option, value)

    def configured(self, view: str, option: Option) -> OptionValue:
        """What the config says of an option."""
        return self._parts.configured(view, option)

    # --- reload ----------------------------------------------------------------------------------------

    def _reload_for_signal(self) -> None:
        try:
            self.reload()
        except EdgeClassifyError as error:
            log.error("%s", error)

    def reload(self, accepted: Callable[[Sequence[str]], None] = lambda _: None) -> None:
        """Take over a changed config. A bad one is refused, and the old one keeps running: EdgeClassifyError.

        `accepted`: see requests.Node.
        """
        self._pulse.beat(RELOAD_LIMIT_S)
        self._manager.reloading()
        before, keeping = self._parts, _running(self._keeping)
        try:
            after = assembly.assemble(self._load(), keeping.options, before)
            self._switch(before, after, accepted)
        except EdgeClassifyError as error:
            self._manager.refused(error)
            raise EdgeClassifyError(f"reload refused, the running config stays: {error}") from error
        else:
            self._manager.accepted()
        finally:
            self._manager.ready()

    def _switch(self, before: Parts, after: Parts, accepted: Callable[[Sequence[str]], None]) -> None:
        self._availability.hide()
        # With the frame at hand in peace: two threads in one classifier must not be.
        self._stop_threads(time.monotonic() + STOP_BUDGET_S, patience_s=RELOAD_PATIENCE_S)
        try:
            self._activate(before, after, accepted)
        except EdgeClassifyError:
            assembly.close_unused(after.models, before.models)
            self._parts = before
            if self._sink is None:
                self._connect(before.config, self._new_sink(before.config))
            raise
        else:
            log.info("config reloaded: %d cameras, %d views", len(after.sources), len(after.views))
            set_level(after.config.logging.level)
            assembly.close_unused(before.models, after.models)
        finally:
            self._start_threads()

    def _activate(self, before: Parts, after: Parts, accepted: Callable[[Sequence[str]], None]) -> None:
        """Hand over from the old parts to the new ones: their views, their connection."""
        _running(self._keeping).check_unchanged(after.config, state_folder(after.config))
        other = self._connected_with != publishing.sink_key(after.config)
        # Made while the old one works: what it can't be made of leaves that one as it is.
        replacement = self._new_sink(after.config) if other else None
        # A camera may refuse its new settings.
        _running(self._cameras).run(after)
        renamed = before.config.mqtt.prefix != after.config.mqtt.prefix or before.config.node != after.config.node
        names = [view.name for view in after.views]
        if renamed:  # who asked listens on the topics of the old name
            accepted(names)
        gone = [view for view in before.views if not any(one.continues(view) for one in after.views)]
        sink = _running(self._sink)
        end_views(gone, Reason.CONFIG_RELOADED, self._outlet, names=names)
        if replacement is not None:
            self._replace(sink, replacement, after.config)
        self._parts = after
        assembly.forget_stale_options(after, _running(self._keeping).options)
        if not renamed:
            accepted(names)

    def _replace(self, sink: Sink, replacement: Sink, config: Config) -> None:
        """On the connection there is, where that can be: its end would show the whole node as offline."""
        before, after = self._connected_with, publishing.sink_key(config)
        if before is not None and before.connection == after.connection and sink.adopt(replacement):
            self._connected_with = after
            return
        self._sink = None
        sink.stop(STOP_BUDGET_S)
        self._connect(config, replacement)

    # --- stop ------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Stop in reverse order of start; everything within STOP_BUDGET_S."""
        self._pulse.rest()
        self._manager.stopping()
        deadline = time.monotonic() + STOP_BUDGET_S
        if self._desk is not None:
            self._desk.close()
        deadline_of_threads = time.monotonic() + STOP_BUDGET_S / 2
        if self._cameras is not None:
            self._cameras.stop(deadline_of_threads)
        self._stop_threads(deadline_of_threads)
        if self._cameras is not None:
            self._cameras.acknowledge()
            self._cameras.frames.close()
        self._availability.end()
        if (sink := self._sink) is not None:
            self._end_views()
            # It stays known until it has ended: requests that still come are answered.
            sink.stop(max(0.1, deadline - time.monotonic()))
            self._sink = None
        if self._keeping is not None:
            self._keeping.close()
        assembly.close_unused(self._parts.models, {})

    def _end_views(self) -> None:
        if self._continuity is not None:
            resume_s = self._parts.config.node.resume_s
            self._continuity.end(self._parts.views, self._outlet, for_good=self._done, resume_s=resume_s)

    def _stop_threads(self, deadline: float, *, patience_s: float = 0.0) -> None:
        """Before the sink, which has to send what comes of the last frames.

        `patience_s`: how much longer the frame that is being inferred is waited for.
        """
        line, self._line = self._line, None
        if line is not None:
            line.stop(deadline, patience_s)
            self._frames_left = line.frames_left
        if self._desk is not None:
            self._desk.drop_awaited("the daemon stops or takes over a new config. Ask again.")
        snapshots, self._snapshots = self._snapshots, None
        if snapshots is not None:
            snapshots.stop(max(0.05, deadline - time.monotonic()))
            self._snapshots_dropped += snapshots.dropped
            self._snapshots_skipped += snapshots.skipped


def _running(part: Part | None) -> Part:
    """A part that is there from start to stop."""
    assert part is not None, "the order of start and stop is broken"
    return part
