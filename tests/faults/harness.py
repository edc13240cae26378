"""Builds the machine, the broker, the proxy and the subscriber, lets faults happen, and asks for the verdict."""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.journal import Pulse, read_journal
from tests.faults.machine import NODE, PREFIX, Machine
from tests.faults.packets import PUBACK, PUBLISH
from tests.faults.plan import Fault, Kind, make_plan
from tests.faults.proxy import FaultyProxy, Trap, quiet_port
from tests.faults.receiver import ReceiverProcess, Trouble
from tests.faults.subscriber import Subscriber
from tests.faults.verdict import Verdict, judge
from tests.faults.ways import WayVerdict, judge_way
from tests.support.broker import Mosquitto
from tests.support.waiting import patient

_BROKER = """
allow_anonymous true
persistence {persistence}
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1
log_dest file {folder}/log
log_type all
"""
_ENOUGH_S = patient(120.0)
"""How long events may be waited for when all faults have happened."""
_SPRING_S = patient(30.0)
"""How long a trap may wait for its packet: longer than any restart of the node."""
_CUTS = {
    Kind.CUT_BEFORE_PUBLISH: (PUBLISH, 0.0),
    Kind.CUT_IN_PUBLISH: (PUBLISH, None),
    Kind.CUT_AFTER_PUBLISH: (PUBLISH, 1.0),
    Kind.CUT_BEFORE_PUBACK: (PUBACK, 0.0),
    Kind.CUT_IN_PUBACK: (PUBACK, None),
    Kind.CUT_AFTER_PUBACK: (PUBACK, 1.0),
}
_TROUBLES = {
    Kind.RECEIVER_FAULT: Trouble.FAULT,
    Kind.RECEIVER_BUSY: Trouble.BUSY,
    Kind.RECEIVER_SLOW: Trouble.SLOW,
    Kind.RECEIVER_CUT_BEFORE: Trouble.CUT_BEFORE,
    Kind.RECEIVER_CUT_AFTER: Trouble.CUT_AFTER,
    Kind.RECEIVER_MOVED: Trouble.MOVED,
}


@dataclass
class Result:
    """A run, for people and for the exit status."""

    verdict: Verdict
    ways: tuple[WayVerdict, ...]
    """Of the other ways out."""
    faults: Counter[Kind]
    left_out: dict[Kind, str]
    seconds: float
    outage_fps: float
    """Frames per second that were classified while no broker could be reached."""
    calm_fps: float
    longest_gap_s: float
    """Longest time between two health notes of one run of the node: a stalled daemon would leave a long one."""
    stop_s: float
    """The slowest orderly end of the node."""

    @property
    def good(self) -> bool:
        """True where nothing was lost on any way."""
        return self.verdict.good and all(way.good for way in self.ways)

    def lines(self) -> list[str]:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.faults.items()))
        ratio = self.outage_fps / self.calm_fps if self.calm_fps else 0.0
        return [
            *self.verdict.lines(),
            *(line for way in self.ways for line in way.lines()),
            f"faults         {self.faults.total()}: {kinds}",
            *(f"left out       {kind}: {why}" for kind, why in self.left_out.items()),
            "by design      while the disk is full, events wait in memory: the node is not ended then",
            f"inference      {self.outage_fps:.1f} frames/s in broker outages, {self.calm_fps:.1f} else "
            f"(ratio {ratio:.2f})",
            f"node           longest silence {self.longest_gap_s:.2f} s, slowest stop {self.stop_s:.2f} s",
            f"seconds        {self.seconds:.0f}",
        ]


@dataclass
class Harness:
    """One run in `folder`. `say` gets a line for each fault."""

    folder: Path
    persistence: bool
    say: Callable[[str], None] = lambda _: None
    interval_s: float = 0.1
    outages: list[tuple[float, float]] = field(default_factory=list)
    broker_kills: list[float] = field(default_factory=list)
    stops_s: list[float] = field(default_factory=lambda: [0.0])

    def __post_init__(self) -> None:
        store = self.folder / "broker"
        store.mkdir(parents=True)
        settings = _BROKER.format(persistence=str(self.persistence).lower(), folder=store)
        self.broker = Mosquitto(self.folder, settings, quiet_port())
        self.proxy = FaultyProxy(self.broker.port)
        self.subscriber = Subscriber(self.broker.port, f"{PREFIX}/{NODE}")
        self.receiver = ReceiverProcess(self.folder / "posts", quiet_port())
        self.machine = Machine(self.folder, self.proxy.port, self.interval_s, self.receiver.url)
        self._acts: dict[Kind, Callable[[Fault], None]] = {
            **dict.fromkeys(_CUTS, self._cut),
            Kind.PUBACK_LOST: self._lose_puback,
            Kind.FREEZE: self._freeze,
            Kind.DEAD_LINE: self._freeze,
            Kind.REFUSE: self._refuse,
            Kind.LATENCY: self._latency,
            Kind.BROKER_KILL: self._kill_broker,
            Kind.NODE_KILL: self._kill_node,
            Kind.NODE_KILL_AT_PUBLISH: self._kill_node_at_publish,
            Kind.BOTH_KILLED: self._kill_both,
            Kind.NODE_RESTART: self._restart_node,
            Kind.DISK_FULL: self._fill_disk,
            Kind.CLOCK: self._jump,
            **dict.fromkeys(_TROUBLES, self._trouble_receiver),
            Kind.RECEIVER_KILL: self._kill_receiver,
            Kind.NODE_KILL_AT_POST: self._kill_node_at_post,
            Kind.NODE_KILL_BETWEEN: self._kill_node_between,
        }

    def run(self, count: int, seed: int, least_events: int = 0) -> Result:
        """Start everything, let `count` faults happen, and judge when there are `least_events` to be judged.

        AssertionError when a part hangs.
        """
        begin = time.monotonic()
        with ExitStack() as stack:
            stack.callback(self.machine.tear_down)
            self.machine.set_up()
            left_out = self._impossible()
            stack.callback(self.broker.stop)
            self.broker.start()
            stack.callback(self.subscriber.stop)
            self.subscriber.start()
            stack.callback(self.receiver.stop)
            self.receiver.start()
            stack.callback(self.proxy.stop)
            self.proxy.start().open()
            self.machine.start()
            self.machine.await_pulse("alive", 0.0)
            happened = self._faults(make_plan(count, seed, tuple(left_out)))
            self._await_events(least_events)
            self._come_to_rest()
            verdict = self._verdict()
            journal = read_journal(self.machine.journal_path)
            ways = (
                judge_way("webhook", journal, self.receiver.arrivals),
                judge_way("history", journal, self.machine.history()),
            )
        outage_fps, calm_fps = self._rates()
        return Result(
            verdict, ways, happened, left_out, time.monotonic() - begin, outage_fps, calm_fps,
            self._longest_gap_s(), max(self.stops_s),
        )  # fmt: skip

    def _impossible(self) -> dict[Kind, str]:
        left_out = {}
        if not self.machine.disk.is_small:
            left_out[Kind.DISK_FULL] = (
                f"no tmpfs can be mounted here (as root it can): {self.machine.disk.why_not}"
            )
        if self.machine.faketime is None:
            left_out[Kind.CLOCK] = "libfaketime is not installed (Debian: apt-get install faketime)"
        return left_out

    def _faults(self, plan: Sequence[Fault]) -> "Counter[Kind]":
        happened: Counter[Kind] = Counter()
        for fault in plan:
            time.sleep(fault.pause_s)
            self.machine.check_alive()
            self.say(f"{fault}; {len(self.subscriber.arrivals)} arrived")
            self._acts[fault.kind](fault)
            happened[fault.kind] += 1
        return happened

    def _await_events(self, least: int) -> None:
        """A machine with much else to do makes few of them from fault to fault."""
        deadline = time.monotonic() + _ENOUGH_S
        while (made := self.machine.events_made()) < least:
            self.machine.check_alive()
            assert time.monotonic() < deadline, f"{made} events, expected {least}: see {self.machine.log_path}"
            time.sleep(0.5)

    # --- the network -----------------------------------------------------------------------------------

    def _cut(self, fault: Fault) -> None:
        kind, share = _CUTS[fault.kind]
        self._spring(Trap(kind, fault.countdown, fault.share if share is None else share, fault.reset))

    def _lose_puback(self, fault: Fault) -> None:
        self._spring(Trap(PUBACK, fault.countdown, swallow=True))
        time.sleep(fault.lasts_s / 2)
        self.proxy.cut(fault.reset)

    def _spring(self, trap: Trap) -> None:
        self.proxy.arm(trap)
        deadline = time.monotonic() + _SPRING_S
        while not trap.fired.wait(0.5):
            self.machine.check_alive()
            assert self.broker.running, f"the broker has ended by itself: see {self.folder / 'broker'}"
            assert time.monotonic() < deadline, f"no packet for {trap}: see {self.machine.log_path}"

    def _freeze(self, fault: Fault) -> None:
        self.proxy.frozen = True
        time.sleep(fault.lasts_s)
        if fault.reset:
            with self._outage():
                self.proxy.close()
            self.proxy.open()
        self.proxy.frozen = False

    def _refuse(self, fault: Fault) -> None:
        with self._outage():
            self.proxy.close()
            time.sleep(fault.lasts_s)
        self.proxy.open()

    def _latency(self, fault: Fault) -> None:
        self.proxy.delay_s = fault.share * 0.08
        time.sleep(fault.lasts_s)
        self.proxy.delay_s = 0.0

    @contextmanager
    def _outage(self) -> Iterator[None]:
        begin = time.monotonic()
        yield
        self.outages.append((begin, time.monotonic()))

    # --- processes -------------------------------------------------------------------------------------

    def _kill_broker(self, fault: Fault) -> None:
        with self._outage():
            self._break_broker()
            time.sleep(fault.lasts_s)
            self._mend_broker()

    def _break_broker(self) -> None:
        self.subscriber.forget_subscription()
        self.broker.stop(kill=True)
        self.broker_kills.append(time.monotonic())
        self.proxy.close()

    def _mend_broker(self) -> None:
        self.broker.start()
        if not self.persistence:
            # It has forgotten the subscriber: what came now would be nobody's.
            self.subscriber.await_subscription()
        self.proxy.open()

    def _kill_node(self, fault: Fault) -> None:
        self.machine.kill()
        time.sleep(fault.lasts_s / 4)
        self._start_node(fault)

    def _kill_node_at_publish(self, fault: Fault) -> None:
        self._spring(Trap(PUBLISH, fault.countdown, 1.0, hold=True))
        self.machine.kill()
        self.proxy.cut(fault.reset)
        self.proxy.frozen = False
        self._start_node(fault)

    def _kill_both(self, fault: Fault) -> None:
        with self._outage():
            self._break_broker()
            self.machine.kill()
            time.sleep(fault.lasts_s / 4)
            self._start_node(fault)
            self._mend_broker()

    def _restart_node(self, fault: Fault) -> None:
        self.stops_s.append(self.machine.terminate())
        self._start_node(fault)

    def _start_node(self, fault: Fault) -> None:
        """Every other time the next fault may hit it while it starts."""
        self.machine.start()
        if fault.number % 2:
            self.machine.await_pulse("alive", self.machine.started_at)

    # --- the webhook's receiver ------------------------------------------------------------------------

    def _trouble_receiver(self, fault: Fault) -> None:
        self.receiver.get_into(_TROUBLES[fault.kind], 1 + fault.countdown % 3)
        self._await_trouble()

    def _await_trouble(self) -> None:
        """Until the posts have come that run into it."""
        deadline = time.monotonic() + _SPRING_S
        while self.receiver.left():
            self.machine.check_alive()
            assert time.monotonic() < deadline, f"nothing was posted: see {self.machine.log_path}"
            time.sleep(0.02)

    def _kill_receiver(self, fault: Fault) -> None:
        self.receiver.stop()
        time.sleep(fault.lasts_s)
        self.receiver.start()

    def _kill_node_at_post(self, fault: Fault) -> None:
        self.receiver.get_into(Trouble.HELD, 1)
        self._await_trouble()
        self.machine.kill()
        self._start_node(fault)

    def _kill_node_between(self, fault: Fault) -> None:
        self.machine.die_between()
        self._start_node(fault)

    # --- disk and clock --------------------------------------------------------------------------------

    def _fill_disk(self, fault: Fault) -> None:
        """With or without a network. The node must not be ended before it says that all is on disk."""
        self.machine.disk.fill()
        time.sleep(fault.lasts_s / 2)
        if fault.reset:
            self._refuse(fault)
        time.sleep(fault.lasts_s / 2)
        self.machine.disk.empty()
        self.machine.await_pulse("on disk", time.monotonic())

    def _jump(self, fault: Fault) -> None:
        self.machine.set_clock(fault.clock_s)

    # --- the end ---------------------------------------------------------------------------------------

    def _come_to_rest(self) -> None:
        """No faults, no more events; all delivered; the node stopped in an orderly way."""
        self.machine.one_photo()
        self.machine.await_pulse("empty", time.monotonic() + 1.0, patient(120))
        self.stops_s.append(self.machine.terminate())

    def _verdict(self) -> Verdict:
        """Asked again for a while: the last messages may be on their way to the subscriber."""
        journal = read_journal(self.machine.journal_path)
        deadline = time.monotonic() + patient(5)
        while True:
            arrivals = list(self.subscriber.arrivals)
            verdict = judge(
                journal, arrivals, self.proxy.acknowledged, self.broker_kills, self.machine.open_occurrences()
            )
            if verdict.good:
                return verdict
            if time.monotonic() > deadline:
                lines = (f"{arrival.topic} {json.dumps(arrival.body)}\n" for arrival in arrivals)
                (self.folder / "arrivals").write_text("".join(lines))
                return verdict
            time.sleep(0.1)

    def _rates(self) -> tuple[float, float]:
        """Frames per second in broker outages, and outside."""
        frames, seconds = [0.0, 0.0], [0.0, 0.0]
        for before, after in self._steps():
            # A step that an outage covers in part counts for neither side.
            touched = any(begin < after.at and before.at < end for begin, end in self.outages)
            inside = any(begin <= before.at and after.at <= end for begin, end in self.outages)
            if touched == inside:
                frames[inside] += after.frames - before.frames
                seconds[inside] += after.at - before.at
        outage, calm = (frames[i] / seconds[i] if seconds[i] else 0.0 for i in (1, 0))
        return outage, calm

    def _longest_gap_s(self) -> float:
        return max((after.at - before.at for before, after in self._steps()), default=0.0)

    def _steps(self) -> Iterator[tuple[Pulse, Pulse]]:
        """Neighbouring health notes of one run of the node."""
        journal = read_journal(self.machine.journal_path)
        for before, after in zip(journal.pulses, journal.pulses[1:], strict=False):
            if not any(before.at < start <= after.at for start in journal.starts):
                yield before, after


def run_faults(
    count: int, seed: int, *, persistence: bool, say: Callable[[str], None] = lambda _: None,
    folder: Path | None = None, least_events: int = 0,
) -> Result:  # fmt: skip
    """One run in a folder of its own, which stays when a part fails, so that its logs can be read."""
    place = Path(tempfile.mkdtemp(prefix="edgeclassify-faults-")) if folder is None else folder
    return Harness(place, persistence, say).run(count, seed, least_events)
