"""A daemon's way from frame to sink, without what makes a service of it: the real pipeline, spool and sinks."""

import threading
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.bench.stopwatch import Stopwatch
from edgeclassify.bench.timed_stages import TimedDecider, TimedFanOut, TimedFrames, TimedSpool, with_timed_head
from edgeclassify.config import Config
from edgeclassify.daemon.assembly import Parts
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.publishing import MQTT, SinkContext, make_mqtt_sink, topics_of
from edgeclassify.errors import BenchError
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.inference import TAKE_TIMEOUT_S, Pipeline
from edgeclassify.pipeline.interface import Frames
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.overlap.choice import OverlapChoice
from edgeclassify.pipeline.view import View
from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.home_assistant.published_topics import PublishedTopics
from edgeclassify.publish.interface import Spool
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.tallies.days import LocalDays
from edgeclassify.tallies.set_clock import SetClock
from edgeclassify.tallies.tallies import Tallies

STOP_S = 30.0
"""For the frame at hand: a slow board with a large model takes seconds."""
PATIENCE_S = 30.0
"""For frames that do not come."""
LEAST_FRAMES = 2
"""Of a turn: what a frame takes is the time from one's end to the next one's."""
FIRST_ATTEMPT_S = 10.0
"""For the broker."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Frames that went through in one turn. `ends_ns`: when each was handed over, monotonic; `waited_ns`: how long
    each was waited for, empty where nobody looked; `cpu_s`: processor time of the process."""

    ends_ns: "array[int]"
    waited_ns: "array[int]"
    seconds: float
    cpu_s: float


class Line:
    """The way of frames through views to sinks, started once for each turn.

    `folder`: for the spool. `to_broker`: to that of the config; else its sink is there, and nothing connects.
    `watch`: measures each stage; None: as in the daemon. `choice`: whether frames overlap, of lines that are to do
    the same; None: as is measured.
    """

    def __init__(
        self,
        config: Config,
        parts: Parts,
        frames: Frames,
        folder: Path,
        *,
        to_broker: bool = False,
        watch: Stopwatch | None = None,
        choice: OverlapChoice | None = None,
    ) -> None:
        self._choice = OverlapChoice() if choice is None else choice
        self._parts, self._watch, self._to_broker = parts, watch, to_broker
        self._frames = frames if watch is None else TimedFrames(frames, watch)
        self._views = list(self._made_views())
        self.spool: Spool = self._spool(config, folder)
        self._sink = self._fan_out(config)
        tallies = Tallies(self.spool, LocalDays(), SetClock(None, trusted=True))
        self._outlet = Outlet(self._sink, HealthMonitor(), EventNumbers(self.spool), tallies)

    @contextmanager
    def running(self) -> Iterator["Line"]:
        """The sinks, connected."""
        with ExitStack() as stack:
            stack.callback(self.spool.close)
            stack.callback(self._sink.stop, STOP_S)
            if self._to_broker:
                self._sink.start()
                self._sink.await_first_attempt(FIRST_ATTEMPT_S)
            else:
                self.spool.serve([MQTT])
            yield self

    @property
    def events(self) -> int:
        """How many have been published."""
        return self.spool.last_seq

    def turn(
        self, seconds: float, failed: Callable[[], Exception | None] = lambda: None, *, least: int = LEAST_FRAMES
    ) -> Turn:
        """Let frames through for so long, and until `least` have come, for PATIENCE_S more at most.

        `failed`: why no more will come, if that is so; it is raised then, as what the pipeline breaks of is.
        """
        ends: array[int] = array("q")
        watch = self._watch
        lap = (lambda: ends.append(time.monotonic_ns())) if watch is None else watch.lap
        before = 0 if watch is None else len(watch.ends_ns)
        pipeline = Pipeline(
            frames=self._frames,
            views=self._views,
            outlet=self._outlet,
            on_frame=lap,
            scenes=self._parts.scenes,
            choice=self._choice,
        )
        begun, cpu = time.monotonic(), time.process_time()
        pipeline.start()
        gone = ends if watch is None else watch.ends_ns
        self._wait(pipeline, begun + seconds, lambda: len(gone) - before >= least, failed)
        took, used = time.monotonic() - begun, time.process_time() - cpu
        is_stopped = pipeline.stop(STOP_S + 2 * TAKE_TIMEOUT_S)
        if pipeline.error is not None:
            raise pipeline.error
        if not is_stopped:
            raise BenchError(f"a frame took longer than {STOP_S:.0f} s. Use a smaller model.")
        waits: array[int] = array("q")
        if watch is not None:
            ends, waits = watch.ends_ns[before:], watch.waits_ns[before:]
        return Turn(ends, waits, took, used)

    def _wait(
        self, pipeline: Pipeline, until: float, enough: Callable[[], bool], failed: Callable[[], Exception | None]
    ) -> None:
        pause = threading.Event()
        while not pipeline.finished:
            left = until - time.monotonic()
            if left <= 0 and (enough() or left < -PATIENCE_S):
                return
            if (error := failed()) is not None:
                pipeline.stop(STOP_S)
                raise error
            pause.wait(min(left, 0.1) if left > 0 else 0.02)

    def _made_views(self) -> Iterator[View]:
        """As the parts have them, each with a decider of its own."""
        watch = self._watch
        for view in self._parts.views:
            inner = decider_of(self._parts.taps[view.name].facts, view.rules)
            yield View(
                name=view.name,
                camera=view.camera,
                region=view.region,
                classifier=view.classifier if watch is None else with_timed_head(view.classifier, watch),
                decider=TappedDecider(inner) if watch is None else TimedDecider(inner, watch),
            )

    def _spool(self, config: Config, folder: Path) -> Spool:
        if self._watch is None:
            return DiskSpool(folder, config.spool)
        spool = TimedSpool(folder, config.spool)
        spool.watch = self._watch
        return spool

    def _fan_out(self, config: Config) -> FanOut:
        context = SinkContext(self.spool, PublishedTopics(None), on_request=lambda request: None)
        sinks, where = {MQTT: make_mqtt_sink(config, context)}, topics_of(config).event
        if self._watch is None:
            return FanOut(self.spool, sinks, where=where)
        timed = TimedFanOut(self.spool, sinks, where=where)
        timed.watch = self._watch
        return timed
