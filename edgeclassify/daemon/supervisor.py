"""Starts the parts in order, watches them, and stops them in reverse within STOP_BUDGET_S.

Start: spool → models → looks → sink → page → snapshots → inference thread → capture threads. Stop: the other way
round, so that nothing is captured that would not be inferred, and nothing inferred that would not be published;
models are closed after the spool all the same. A reload leaves the capture threads running, as far as their
cameras stay as they are.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.daemon.assembly import Factories, Parts, assemble
from edgeclassify.daemon.assembly.models import NO_MODELS
from edgeclassify.daemon.assembly.views import forget_stale_options
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.cameras.care import ABSENT_S
from edgeclassify.daemon.cameras.recovery import Recovery
from edgeclassify.daemon.current_sink import CurrentSink, SinkFactory
from edgeclassify.daemon.governing.battery_topic import BatteryTopic
from edgeclassify.daemon.governing.governing import Governing
from edgeclassify.daemon.health_figures import HealthFigures
from edgeclassify.daemon.kept.kept_state import KeptState, state_folder
from edgeclassify.daemon.kept.open_occurrences import OpenOccurrences
from edgeclassify.daemon.looks import Looks
from edgeclassify.daemon.node import Node
from edgeclassify.daemon.page.served_page import ServedPage
from edgeclassify.daemon.page.taps import Taps
from edgeclassify.daemon.process.memory_care import GiveBack, MemoryCare
from edgeclassify.daemon.process.service_manager import ServiceManager
from edgeclassify.daemon.process.signals import SignalFlags, SignalHandlers
from edgeclassify.daemon.process.stop_budget import StopBudget
from edgeclassify.daemon.process.watchdog import MAIN_LIMIT_S, Watchdog
from edgeclassify.daemon.profiles import Profiles
from edgeclassify.daemon.publishing import SinkContext, make_sinks
from edgeclassify.daemon.recordings import Recordings
from edgeclassify.daemon.reload import Reloader
from edgeclassify.daemon.requests.commands import CommandHandler
from edgeclassify.daemon.requests.frame_requests import LOOK_TIMEOUT_S, FrameRequests
from edgeclassify.daemon.requests.queue import RequestQueue
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.self_description import DaemonRun, start_line
from edgeclassify.daemon.switches import Switches
from edgeclassify.daemon.teaching.classroom import Classroom
from edgeclassify.daemon.updates import Updates
from edgeclassify.daemon.upkeep import MAINTENANCE_S, Upkeep
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.health import HealthMonitor
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.logs import set_level
from edgeclassify.publish.interface import Sink
from edgeclassify.pulse import Pulse
from edgeclassify.recording.running.frame_tap import FrameTap
from edgeclassify.recording.running.order import MOST_MB, FramesOrder
from edgeclassify.systemd import Notifier

log = logging.getLogger(__name__)

TICK_S = 0.1
"""How often the loop looks at requests and parts."""
THREADS_SHARE = 0.5
"""Of the time to stop: for the cameras, inference and snapshots together."""
SINK_LEAST_S = LOOKS_LEAST_S = 0.1
TEACHING_END_S = 0.2
"""For what is being taught: what is not done by then is dropped as a whole, as in a power cut."""

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may keep the others from the interpreter: inference takes it back after each native call, and
would wait up to Python's 5 ms for a capture thread that is busy with bytecode."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things take, in seconds."""

    connect_patience_s: float = 2.0
    """How long inference waits for the outcome of the first attempt to connect, after the start and a reload."""
    look_timeout_s: float = LOOK_TIMEOUT_S
    """How long a request waits for a frame."""
    absent_s: float = ABSENT_S
    """How long a camera that is absent counts as about to come back."""
    main_limit_s: float = MAIN_LIMIT_S
    """For one turn of the loop."""
    maintenance_s: float = MAINTENANCE_S
    wall: Callable[[], float] = time.time
    """By which the times of profiles are, seconds since the epoch."""


class Daemon:
    """One run of the service: `run()` returns when it was asked to stop or all input has ended.

    `load` reads the config; it is called again for every reload. `max_frames`: end after so many frames.
    `config_file`: where the page writes changes of the config to; None: nothing can be changed there; `as_run`:
    what `load` makes of that file's config. `record`: a file for what the deciders get; `record_frames`: with
    images of the frames, None: without. `give_back_memory`: called some seconds after a start and a reload, and
    hourly; for a process that is nothing but this daemon. What parts are made by, and how long things take, are
    for tests and other programs to change.
    """

    def __init__(
        self,
        load: Callable[[], Config],
        *,
        make_sink: SinkFactory = make_sinks,
        factories: Factories = Factories(),  # noqa: B008 - frozen
        max_frames: int | None = None,
        config_file: Path | None = None,
        as_run: Callable[[Config], Config] = lambda config: config,
        notifier: Notifier | None = None,
        record: Path | None = None,
        record_frames: FramesOrder | None = None,
        timing: Timing = Timing(),  # noqa: B008 - frozen
        give_back_memory: GiveBack = lambda _: None,
    ) -> None:
        self._load, self._make_sink, self._factories = load, make_sink, factories
        self._max_frames, self._timing = max_frames, timing
        self._record, self._record_frames = record, record_frames
        self._frame_tap, self._taps, self._battery = FrameTap(), Taps(), BatteryTopic()
        notifier = Notifier() if notifier is None else notifier
        self._manager = ServiceManager(notifier, self._status)
        self._pulse = Pulse()
        self._memory = MemoryCare(give_back_memory)
        self._watchdog = Watchdog(notifier.watchdog, self._late)
        self._flags = SignalFlags()
        self._wake = threading.Event()
        self._queue = RequestQueue(self._wake.set)
        self.page = ServedPage(self._taps, self._wake.set, config_file, as_run)
        """The page for browsers, where one is served."""
        self._updates = Updates(config_file, as_run, load, self._wake.set)
        self._stop_budget = StopBudget()
        self._input_ended = False
        self._classroom: Classroom | None = None
        self.health = HealthMonitor()
        """Counters of this run."""
        self.availability = Availability()
        """Which views get frames."""
        self.running: RunningParts | None = None
        """What runs; None: it has not started yet."""
        self.node: Node | None = None
        """What may be asked of it and changed, by the thread of `run` alone; None: it has not started yet."""

    def request_stop(self) -> None:
        """Ask the daemon to end, from any thread."""
        self._flags.stop = True
        self._wake.set()

    def request_reload(self) -> None:
        """Ask it to read its config again, from any thread."""
        self._flags.reload = True
        self._wake.set()

    def run(self) -> None:
        """Work until asked to stop. Raises EdgeClassifyError when it can't go on; everything is stopped then."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        # Models last: what closing one breaks must keep no event from the disk.
        with SignalHandlers(self._flags), ExitStack() as loaded, ExitStack() as started:
            try:
                config = self._updates.first_config()
                set_level(config.logging.level)
                self._work(config, loaded, started)
                self._updates.stop(well=True)
            except EdgeClassifyError as error:
                if (other := self._updates.failed(error)) is error:
                    raise
                raise other from error
            finally:
                self._updates.stop(well=False)
                self._pulse.rest()
                self._manager.stopping()
                self._stop_budget.begin()
                self._queue.close()

    def _work(self, config: Config, loaded: ExitStack, started: ExitStack) -> None:
        kept = KeptState(config, state_folder(config), self.health.bytes_written_day, self._timing.wall)
        started.callback(kept.close)
        kept.profile.adopt(config)
        parts = assemble(
            config,
            kept.options,
            factories=self._factories,
            known_picture=kept.pictures.known,
            profile=kept.profile.name,
        )
        loaded.callback(self._close_models, parts)
        recordings = Recordings(state_folder(config), self._frame_tap, self.health.bytes_written_day)
        started.callback(recordings.close)  # when the views have ended
        if self._record is not None:
            recordings.begin(self._record, parts, MOST_MB, self._record_frames)
        open_occurrences = OpenOccurrences(kept.spool)
        open_occurrences.take_up(parts.views, config.node.resume_s)
        looks = Looks(state_folder(config), self.health.bytes_written_day)
        running = self.running = self._prepare(parts, kept, looks)
        log.info("%s", start_line(parts, running.current_sink.sink.describe()))
        looks.start()
        started.callback(lambda: looks.stop(self._stop_budget.left_s(LOOKS_LEAST_S)))
        self._start_sink(running, open_occurrences, kept, started)
        switches = Switches(running, kept.options, kept.snoozes)
        profiles = Profiles(running, kept.options, kept.profile, switches)
        self.node = Node(running, kept.options, switches, profiles)
        classroom = self._classroom = Classroom(running, self._wake.set)
        started.callback(classroom.close, TEACHING_END_S)
        frame_requests = FrameRequests(self.node, self._timing.look_timeout_s, teach=classroom.requests.begin_with)
        switches.take_up()
        reloader = Reloader(
            running,
            load=self._load,
            factories=self._factories,
            kept=kept,
            availability=self.availability,
            frame_requests=frame_requests,
            manager=self._manager,
            pulse=self._pulse,
            switches=switches,
            profiles=profiles,
            page=self.page,
            memory=self._memory,
        )
        started.callback(self.page.stop)
        self.page.begin(running, reloader, self._queue.put, self.node.follow_config)
        self._start_threads(running, frame_requests, started)
        self._updates.begin(running, reloader)
        self._memory.loaded()
        self._manager.ready()
        upkeep = Upkeep(
            running,
            spool=kept.spool,
            open_occurrences=open_occurrences,
            pictures=kept.pictures,
            manager=self._manager,
            feed=self._watchdog.feed,
            recordings=recordings,
            clock_set=kept.clock,
            switches=switches,
            profiles=profiles,
            renewal=classroom.renewal(reloader.renew_models),
            governing=Governing(running, self.health, self._battery, reloader.use_threads),
            maintenance_s=self._timing.maintenance_s,
        )
        commands = CommandHandler(self.node, frame_requests, reloader.reload, kept.history, classroom.requests)
        self._loop(running, reloader, commands, upkeep)

    # --- start, and what its stop is -------------------------------------------------------------------

    def _prepare(self, parts: Parts, kept: KeptState, looks: Looks) -> RunningParts:
        """Made, and not started."""
        config = parts.config
        context = SinkContext(
            kept.spool,
            kept.published,
            self._queue.put,
            labels=parts.shown_labels,
            history=kept.history,
            listener=self._taps,
            on_battery=self._battery.tell,
        )
        recovery = Recovery(state_folder(config), config.recovery)
        cameras = Cameras(recovery, self.availability, self._timing.absent_s)
        current_sink = CurrentSink(self._make_sink, context, config)
        return RunningParts(
            parts,
            current_sink=current_sink,
            cameras=cameras,
            availability=self.availability,
            figures=HealthFigures(
                self.health,
                cameras,
                kept.spool,
                lambda: current_sink.sink.progress,
                lambda: current_sink.sink.broker,
            ),
            health=self.health,
            numbers=kept.numbers,
            tallies=kept.tallies,
            manager=self._manager,
            session=DaemonRun(),
            await_sink=self._await_sink,
            on_progress=self._watchdog.feed,
            max_frames=self._max_frames,
            make_snapshots=self._factories.snapshots,
            shown_frames=self._frame_tap,
            looks=looks,
            onlookers=self._taps,
            listener=self._taps,
        )

    def _start_sink(
        self, running: RunningParts, open_occurrences: OpenOccurrences, kept: KeptState, started: ExitStack
    ) -> None:
        running.current_sink.start()
        # Requests that come meanwhile are still answered.
        started.callback(lambda: running.current_sink.stop(self._stop_budget.left_s(SINK_LEAST_S)))
        started.callback(self._end_views, running, open_occurrences)
        open_occurrences.end_left_over(running.outlet)
        forget_stale_options(running.parts, kept.options)

    def _end_views(self, running: RunningParts, open_occurrences: OpenOccurrences) -> None:
        self.availability.end()
        resume_s = running.parts.config.node.resume_s
        open_occurrences.end(running.parts.views, running.outlet, for_good=self._input_ended, resume_s=resume_s)

    def _start_threads(self, running: RunningParts, frame_requests: FrameRequests, started: ExitStack) -> None:
        if running.looks is not None:
            started.callback(running.looks.finish)
        started.callback(running.cameras.frames.close)
        started.callback(running.cameras.acknowledge)
        started.callback(lambda: running.threads.stop_snapshots(self._stop_budget.deadline(THREADS_SHARE)))
        started.callback(frame_requests.drop)
        started.callback(lambda: running.threads.stop_inference(self._stop_budget.deadline(THREADS_SHARE)))
        started.callback(lambda: running.cameras.stop(self._stop_budget.deadline(THREADS_SHARE)))
        running.start_threads()

    def _await_sink(self, sink: Sink) -> None:
        deadline = time.monotonic() + self._timing.connect_patience_s
        while not (sink.await_first_attempt(TICK_S) or self._flags.stop or time.monotonic() > deadline):
            pass

    def _close_models(self, first: Parts) -> None:
        """Those of the config that holds by now; `first`: of the one that the start began with."""
        parts = first if self.running is None else self.running.parts
        parts.models.close_all_but(NO_MODELS)

    # --- work ------------------------------------------------------------------------------------------

    def _loop(self, running: RunningParts, reloader: Reloader, commands: CommandHandler, upkeep: Upkeep) -> None:
        while not self._flags.stop:
            self._pulse.beat(self._timing.main_limit_s)
            self._wake.clear()
            if self._flags.take_reload():
                try:
                    reloader.reload()
                except EdgeClassifyError as error:
                    log.error("%s", error)
            commands.work(self._queue)
            self.page.work()
            if running.finished:
                log.info("all frames done: %d inferred", self.health.frames)
                self._input_ended = True
                return
            running.watch()
            self._updates.work(running, reloader)
            upkeep.work()
            self._memory.work()
            self._wake.wait(TICK_S)

    def _late(self) -> Iterator[str]:
        """The threads that hang, beside those of the cameras and inference, which are known by their frames."""
        if self._pulse.late:
            yield "the main loop"
        if (running := self.running) is None:
            return
        if hangs := running.current_sink.sink.hangs:
            yield hangs
        if (snapshots := running.threads.snapshots) is not None and snapshots.hangs:
            yield "the taking of snapshots"
        if (classroom := self._classroom) is not None and classroom.desk.hangs:
            yield "teaching"
        if running.looks is not None and running.looks.hangs:
            yield "the keeping of looks"

    def _status(self) -> str:
        return "" if self.running is None else self.running.figures.in_short
