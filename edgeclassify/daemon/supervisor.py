"""Starts the parts in order, watches them, reloads, and stops them in reverse within STOP_BUDGET_S.

Start: publisher → models → inference thread → capture threads. Stop: the other way round, so that nothing is
captured that would not be inferred, and nothing inferred that would not be published.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence

from edgeclassify.config import Config
from edgeclassify.daemon import assembly
from edgeclassify.daemon.assembly import NO_PARTS, Parts
from edgeclassify.daemon.signals import Requests, SignalHandlers
from edgeclassify.errors import EdgeClassifyError, SourceError
from edgeclassify.health import HealthMonitor
from edgeclassify.logs import set_level
from edgeclassify.pipeline import Pipeline, finish_views
from edgeclassify.postprocess.events import ViewStateMachine
from edgeclassify.publish.interface import Publisher, Spool
from edgeclassify.publish.sequence import EventNumbers
from edgeclassify.publish.spool import MemorySpool
from edgeclassify.sources.capture import CaptureThread, LatestFrames
from edgeclassify.systemd import Notifier, watchdog_interval_s

log = logging.getLogger(__name__)

TICK_S = 0.1
"""How often the loop looks at requests and parts."""
STOP_BUDGET_S = 1.8
"""Seconds from the request to the end, shared by capture, inference and publisher."""

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may keep the others from the interpreter: inference takes it back after each native call, and
would wait up to Python's 5 ms for a capture thread that is busy with bytecode."""

STUCK_GRACE_S = 30.0
"""How long after its stall timeout a call into a source counts as one that will never return."""

PublisherFactory = Callable[[Config, Spool], Publisher]


class Daemon:
    """One run of the service: `run()` returns when it was asked to stop or all input has ended.

    `load` reads the config; it is called again for every reload. `max_frames`: end after so many frames.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        *,
        make_publisher: PublisherFactory = assembly.make_mqtt_publisher,
        max_frames: int | None = None,
        notifier: Notifier | None = None,
    ) -> None:
        self._load = load
        self._make_publisher = make_publisher
        self._max_frames = max_frames
        self._notifier = Notifier() if notifier is None else notifier
        self._requests = Requests()
        self._wake = threading.Event()
        self._health = HealthMonitor()
        self._session, self._started = assembly.new_session()
        self._spool = MemorySpool()
        self._parts = NO_PARTS
        self._numbers: EventNumbers | None = None
        self._publisher: Publisher | None = None
        self._connected_with: object = None
        self._frames = LatestFrames()
        self._captures: tuple[CaptureThread, ...] = ()
        self._pipeline: Pipeline | None = None
        self._next_health = 0.0
        self._restarts_before = 0
        self._given_up: set[str] = set()
        self._stuck: set[str] = set()
        self._dropped_before = 0

    @property
    def health(self) -> HealthMonitor:
        """Figures of this run."""
        return self._health

    def request_stop(self) -> None:
        """Ask the daemon to end, from any thread."""
        self._requests.stop = True
        self._wake.set()

    def run(self) -> None:
        """Work until asked to stop. Raises EdgeClassifyError when it can't go on; everything is stopped then."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        with SignalHandlers(self._requests):
            try:
                config = self._load()
                set_level(config.logging.level)
                self._start_publisher_parts(config)
                self._start_threads()
                self._notifier.ready(self._status())
                self._loop()
            finally:
                self._stop()

    # --- start -----------------------------------------------------------------------------------------

    def _start_publisher_parts(self, config: Config) -> None:
        self._numbers = EventNumbers(assembly.state_folder(config))
        self._parts = assembly.assemble(config, self._numbers.next)
        self._connect(config)

    def _connect(self, config: Config) -> None:
        publisher = self._make_publisher(config, self._spool)
        publisher.start()
        self._publisher = publisher
        self._connected_with = assembly.publisher_key(config)

    def _start_threads(self) -> None:
        parts, publisher = self._parts, self._running_publisher()
        publisher.publish_info(assembly.node_info(parts, self._session, self._started))
        for view in parts.views:
            publisher.publish_availability(view.name, False)
        self._frames = LatestFrames()
        self._pipeline = Pipeline(
            frames=self._frames,
            views=parts.views,
            publisher=publisher,
            health=self._health,
            on_frame=self._feed_watchdog,
            max_frames=None if self._max_frames is None else self._max_frames - self._health.frames,
        )
        self._pipeline.start()
        self._captures = tuple(
            CaptureThread(
                source=source,
                frames=self._frames,
                interval_s=camera.interval_s,
                stall_timeout_s=camera.stall_timeout_s,
                restart_attempts=camera.restart_attempts,
                on_available=self._available,
            )
            for source, camera in zip(parts.sources, parts.config.camera, strict=True)
        )
        self._widen_watchdog()
        for capture in self._captures:
            capture.start()

    def _widen_watchdog(self) -> None:
        """A watchdog shorter than the restart ladder would end the daemon before the ladder had its chance."""
        unit_s = watchdog_interval_s()
        needed_s = max(
            3 * camera.interval_s + (camera.restart_attempts + 1) * (camera.stall_timeout_s + 10)
            for camera in self._parts.config.camera
        )
        if unit_s is not None and unit_s < needed_s:
            self._notifier.extend_watchdog(needed_s)

    def _feed_watchdog(self) -> None:
        if not self._stuck:
            self._notifier.watchdog()

    def _available(self, camera: str, online: bool) -> None:
        publisher = self._publisher
        if publisher is not None:
            for view in self._parts.views_of(camera):
                publisher.publish_availability(view, online)

    # --- work ------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        while not self._requests.stop:
            if self._requests.take_reload():
                self._reload()
            if self._pipeline is not None and self._pipeline.finished:
                return self._pipeline_ended(self._pipeline)
            self._watch_captures()
            self._publish_health_when_due()
            self._wake.wait(TICK_S)
        return None

    def _pipeline_ended(self, pipeline: Pipeline) -> None:
        if pipeline.error is not None:
            raise pipeline.error
        failed = [capture for capture in self._captures if capture.state == "failed"]
        if failed:
            raise _camera_error(failed)
        log.info("all frames done: %d inferred", self._health.frames)

    def _watch_captures(self) -> None:
        """End when no camera is left: by draining when the input has ended, with the error when all failed."""
        self._watch_stuck()
        failed = [capture for capture in self._captures if capture.state == "failed"]
        if not all(capture.ended for capture in self._captures):
            self._report_given_up(failed)
        elif len(failed) < len(self._captures):
            self._running_pipeline().drain()
        else:
            raise _camera_error(failed)

    def _report_given_up(self, failed: Sequence[CaptureThread]) -> None:
        """Say once that a camera is gone while others work; it is tried on, so it may come back."""
        for capture in failed:
            if capture.camera not in self._given_up:
                log.error("camera %s: given up for now: %s", capture.camera, capture.error)
        self._given_up = {capture.camera for capture in failed}

    def _watch_stuck(self) -> None:
        """A call into a driver that does not return: its camera is offline, and the watchdog is fed no more."""
        stuck = {
            capture.camera
            for capture, camera in zip(self._captures, self._parts.config.camera, strict=True)
            if capture.stuck_s > camera.stall_timeout_s + STUCK_GRACE_S
        }
        for camera in stuck - self._stuck:
            log.error("camera %s: a call into its driver does not return; only a restart can help", camera)
            self._available(camera, False)
        for capture in self._captures:
            # The capture thread knows nothing of having been stuck, so it would not say that it is back.
            if capture.camera in self._stuck - stuck and capture.state == "running":
                self._available(capture.camera, True)
        self._stuck = stuck

    def _publish_health_when_due(self) -> None:
        now = time.monotonic()
        if now < self._next_health:
            return
        self._next_health = now + self._parts.config.node.health_interval_s
        self._publish_health()
        self._notifier.status(self._status())

    def _publish_health(self) -> None:
        self._running_publisher().publish_health(
            self._health.report(
                dropped=self._dropped_before + sum(capture.dropped for capture in self._captures),
                restarts=self._restarts_before + sum(capture.restarts for capture in self._captures),
                spool_depth=self._spool.depth,
                spool_dropped=self._spool.dropped,
            )
        )

    def _status(self) -> str:
        cameras = ", ".join(f"{capture.camera} {capture.state}" for capture in self._captures)
        return f"{self._health.frames} frames; cameras: {cameras}"

    # --- reload ----------------------------------------------------------------------------------------

    def _reload(self) -> None:
        """Take over a changed config; a bad one is refused and the old one keeps running."""
        self._notifier.reloading()
        before = self._parts
        try:
            after = assembly.assemble(self._load(), self._running_numbers().next, before)
        except EdgeClassifyError as error:
            log.error("reload refused, the running config stays: %s", error)
        else:
            self._switch(before, after)
        self._notifier.ready(self._status())

    def _switch(self, before: Parts, after: Parts) -> None:
        self._stop_threads(time.monotonic() + STOP_BUDGET_S)
        try:
            self._activate(before, after)
        except EdgeClassifyError as error:
            log.error("reload failed, back to the config before: %s", error)
            assembly.close_unused(after.models, before.models)
            self._parts = before
            if self._publisher is None:
                self._connect(before.config)
        else:
            log.info("config reloaded: %d cameras, %d views", len(after.sources), len(after.views))
            set_level(after.config.logging.level)
            assembly.close_unused(before.models, after.models)
        self._start_threads()

    def _activate(self, before: Parts, after: Parts) -> None:
        """Hand over from the old parts to the new ones: their views, their connection."""
        if assembly.state_folder(before.config) != assembly.state_folder(after.config):
            log.warning("node.state_dir has changed: it takes effect with the next start")
        kept_machines = list(after.machines.values())
        gone = [machine for machine in before.machines.values() if machine not in kept_machines]
        publisher = self._running_publisher()
        finish_views(gone, publisher, "config reloaded")
        # A view with other labels is retired too: topics of labels that it no longer lists would stay for ever.
        kept = {(view.name, view.labels) for view in after.config.views()}
        for rules in before.config.views():
            if (rules.name, rules.labels) not in kept:
                publisher.retire_view(rules.name)
        if self._connected_with != assembly.publisher_key(after.config):
            self._publisher = None
            publisher.stop(STOP_BUDGET_S)
            self._connect(after.config)
        self._parts = after

    # --- stop ------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Stop in reverse order of start; everything within STOP_BUDGET_S."""
        self._notifier.stopping()
        deadline = time.monotonic() + STOP_BUDGET_S
        self._stop_threads(time.monotonic() + STOP_BUDGET_S / 2)
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            self._end_views(list(self._parts.machines.values()), publisher)
            publisher.stop(max(0.1, deadline - time.monotonic()))
        self._report_undelivered()
        self._spool.close()
        assembly.close_unused(self._parts.models, {})

    def _report_undelivered(self) -> None:
        """The spool is in memory: what is not acknowledged by now is lost, and that must be said."""
        depth = self._spool.depth
        if depth:
            first, last = self._spool.pending(1)[0].seq, self._spool.last_seq
            log.warning("%d events could not be delivered and are lost (seq %d to %d)", depth, first, last)

    def _end_views(self, machines: Sequence[ViewStateMachine], publisher: Publisher) -> None:
        try:
            finish_views(machines, publisher, "stopped")
        except EdgeClassifyError as error:
            log.error("%s", error)

    def _stop_threads(self, deadline: float) -> None:
        """Capture first, inference after: frames that were handed over are still inferred."""
        for capture in self._captures:
            capture.stop(max(0.05, (deadline - time.monotonic()) / 2))
        self._dropped_before += sum(capture.dropped for capture in self._captures)
        self._restarts_before += sum(capture.restarts for capture in self._captures)
        self._captures = ()
        if self._pipeline is not None and not self._pipeline.stop(max(0.05, deadline - time.monotonic())):
            log.warning("inference did not end in time")
        self._pipeline = None

    def _running_publisher(self) -> Publisher:
        assert self._publisher is not None, "the publisher is started first and stopped last"
        return self._publisher

    def _running_pipeline(self) -> Pipeline:
        assert self._pipeline is not None, "captures run only while the pipeline does"
        return self._pipeline

    def _running_numbers(self) -> EventNumbers:
        assert self._numbers is not None, "numbers come before the first reload"
        return self._numbers


def _camera_error(failed: Sequence[CaptureThread]) -> EdgeClassifyError:
    """Why the first of the failed cameras is gone."""
    error = failed[0].error
    return error if error is not None else SourceError(f"camera {failed[0].camera}: gone")
