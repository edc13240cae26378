"""One run: the bare invoke(), frames as in the daemon, and frames with a stopwatch at each stage, in turns."""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np

from edgeclassify import machine, resident_memory
from edgeclassify.bench.line import LEAST_FRAMES, Line, Turn
from edgeclassify.bench.memory_frames import MemoryFrames, bundled_pictures
from edgeclassify.bench.order import BenchOrder
from edgeclassify.bench.process import FOLDER_PREFIX
from edgeclassify.bench.result import Heat, MeasuredModel, Rounds, Run, Spread
from edgeclassify.bench.stopwatch import Stopwatch
from edgeclassify.config import parse_config
from edgeclassify.daemon.assembly import Factories, Parts, assemble
from edgeclassify.daemon.assembly.models import NO_MODELS
from edgeclassify.daemon.cameras.care import camera_error
from edgeclassify.daemon.cameras.running_camera import capture_rules
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.daemon.supervisor import SWITCH_INTERVAL_S
from edgeclassify.errors import BenchError
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.network import TfliteNetwork
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.pipeline.interface import Frames
from edgeclassify.pipeline.overlap.choice import BLOCK_ROUNDS, BLOCK_S, BLOCKS, OverlapChoice
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.types import CameraState

WARM_UP_S, BARE_SHARE = 0.3, 0.5
"""Not counted; and how long the bare loop runs, as a share of a round."""
_SETTLING = 1.3
"""How much longer than it takes at least it may take until it is known whether frames overlap."""
LEAST_ROUNDS, ROUND_S, FRAMES_OF_A_ROUND = 3, 0.25, 8
"""Of what is compared in turns: so many rounds at least, each of so many seconds and frames at least."""
MOST_ROUND_S = 30.0
"""Where frames are far apart a round holds fewer of them, or nobody would see the end of it."""
NODE, WAYS = "bench", ("plain", "timed")
"""The nodes of a benchmark are called by these."""


@dataclass
class _Sums:
    """What the rounds gave."""

    bare_ms: list[float] = field(default_factory=list)
    frame_ms: list[float] = field(default_factory=list)
    bare_means: list[float] = field(default_factory=list)
    frame_means: list[float] = field(default_factory=list)
    efficiency: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    timed_ms: list[float] = field(default_factory=list)
    heat: list[float] = field(default_factory=list)
    throttled: list[bool] = field(default_factory=list)


def measure(order: BenchOrder, tell: Callable[[float], None] = lambda done: None) -> Run:
    """Measure what was asked for, in this process.

    `tell`: hears how much is done, 0-1. Raises EdgeClassifyError, with a message for the user.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX)))
        configs = [
            parse_config(order.config_document(state, f"{NODE}-{way}"), "bench", Path.cwd()) for way in WAYS
        ]
        parts = assemble(configs[0], OptionStore(None), factories=Factories())
        stack.callback(parts.models.close_all_but, NO_MODELS)
        interpreter = _interpreter(parts)
        frames, failed = stack.enter_context(_frames(order, parts))
        watch, choice = Stopwatch(), OverlapChoice()
        to_broker = order.broker is not None
        plain = Line(configs[0], parts, frames, state / "plain", to_broker=to_broker, choice=choice)
        timed = Line(configs[1], parts, frames, state / "timed", to_broker=to_broker, watch=watch, choice=choice)
        stack.enter_context(plain.running())
        stack.enter_context(timed.running())
        sums = _rounds(order, interpreter, plain, timed, watch, failed, tell)
        events = plain.events + timed.events
    info = next(iter(parts.models.loaded.values())).info
    return Run(
        model=MeasuredModel(
            name=info.name,
            sha256=info.sha256,
            width=info.input_width,
            height=info.input_height,
            labels=info.labels,
        ),
        runtime=info.runtime,
        threads=interpreter.threads,
        delegate=None if info.delegate is None else PurePath(info.delegate).name,
        overlaps=choice.overlaps,
        rounds=len(sums.rate),
        frames=len(sums.frame_ms),
        bare_invoke_ms=spread(sums.bare_ms),
        frame_ms=spread(sums.frame_ms),
        age_ms=spread(watch.ages_ms),
        efficiency=rounds(sums.efficiency, 4),
        quiet_efficiency=round(quiet_efficiency(sums.bare_means, sums.frame_means), 4),
        frames_per_s=rounds(sums.rate, 2),
        stages={stage: spread(laps) for stage, laps in watch.laps.items() if laps},
        stage_frame_ms=spread(sums.timed_ms),
        events=events,
        cpu_percent=rounds(sums.cpu, 1),
        rss_mb=round((machine.rss_bytes() or 0) / 1e6, 1),
        heat=Heat(begin_c=sums.heat[0], highest_c=max(sums.heat)) if sums.heat else None,
        throttled=any(sums.throttled) if sums.throttled else None,
    )


def _rounds(
    order: BenchOrder,
    interpreter: Interpreter,
    plain: Line,
    timed: Line,
    watch: Stopwatch,
    failed: Callable[[], Exception | None],
    tell: Callable[[float], None],
) -> _Sums:
    sums = _Sums()
    _look_at_heat(sums)
    gap_s = _warm_up(plain, timed, watch, failed, is_in_memory=order.source is None)
    number_of, round_s = planned_rounds(order.seconds, gap_s)
    for number in range(number_of):
        bare = _bare(interpreter, round_s * BARE_SHARE)
        turn = plain.turn(round_s, failed)
        alone = alone_ms(turn)
        stages = timed.turn(round_s, failed)
        timed_ms = alone_ms(stages)
        # A camera's frames are waited for, and only the line with the stopwatch knows how long.
        frame_ms = alone if order.source is None else timed_ms
        sums.bare_ms += bare
        sums.frame_ms += frame_ms
        sums.timed_ms += timed_ms
        sums.bare_means.append(float(np.mean(bare)))
        sums.frame_means.append(float(np.mean(frame_ms)))
        sums.efficiency.append(sums.bare_means[-1] / sums.frame_means[-1])
        sums.rate.append((len(turn.ends_ns) - 1) / ((turn.ends_ns[-1] - turn.ends_ns[0]) / 1e9))
        sums.cpu.append(turn.cpu_s / turn.seconds * 100)
        _look_at_heat(sums)
        tell((number + 1) / number_of)
    return sums


def planned_rounds(seconds: float, gap_s: float) -> tuple[int, float]:
    """How many rounds, and how long each of them is, for frames that are so far apart (seconds).

    Short ones, so that what else the machine does hits all that is compared; with some frames in each.
    """
    round_s = max(ROUND_S, min(FRAMES_OF_A_ROUND * gap_s, MOST_ROUND_S))
    number = max(LEAST_ROUNDS, round(seconds / round_s))
    return number, max(round_s, seconds / number)


def _warm_up(
    plain: Line, timed: Line, watch: Stopwatch, failed: Callable[[], Exception | None], *, is_in_memory: bool
) -> float:
    """Caches, clocks and the camera: what is seen does not count. Returns the seconds from frame to frame.

    Where frames always wait, the pipeline finds out meanwhile whether it pays to prepare one beside another.
    """
    turn = plain.turn(WARM_UP_S, failed)
    if len(turn.ends_ns) < LEAST_FRAMES:
        raise too_few(turn)
    gap_s = turn.seconds / len(turn.ends_ns)
    timed.turn(WARM_UP_S, failed)
    if is_in_memory:
        plain.turn(_SETTLING * 2 * BLOCKS * max(BLOCK_S, BLOCK_ROUNDS * gap_s), failed)
    resident_memory.give_back(has_loaded=True)
    turn = plain.turn(max(WARM_UP_S, 3 * gap_s), failed)
    watch.forget()
    return turn.seconds / max(1, len(turn.ends_ns))


def _bare(interpreter: Interpreter, seconds: float) -> list[float]:
    """Nothing but invoke(), each in ms."""
    times: list[float] = []
    deadline = time.perf_counter() + seconds
    now = time.perf_counter()
    while now < deadline or len(times) < 2:
        interpreter.invoke()
        before, now = now, time.perf_counter()
        times.append((now - before) * 1e3)
    return times


def alone_ms(turn: Turn) -> list[float]:
    """From each frame's end to that of the next, in ms, without what that one was waited for.

    Raises BenchError where there are no two.
    """
    if len(turn.ends_ns) < LEAST_FRAMES:
        raise too_few(turn)
    gaps = np.diff(np.array(turn.ends_ns))
    if len(turn.waited_ns):
        gaps = gaps - np.array(turn.waited_ns)[1:]
    return [float(gap) for gap in np.maximum(gaps, 0) / 1e6]


def too_few(turn: Turn) -> BenchError:
    """Why nothing is known of its frames."""
    advice = "Use a smaller model, or a camera with more frames." if len(turn.ends_ns) else "Does the camera run?"
    return BenchError(f"expected two frames or more in {turn.seconds:.0f} s, found {len(turn.ends_ns)}. {advice}")


@contextmanager
def _frames(order: BenchOrder, parts: Parts) -> Iterator[tuple[Frames, Callable[[], Exception | None]]]:
    """Frames, and why no more will come."""
    planned = parts.sources[0]
    if order.source is None:
        yield MemoryFrames(planned.camera.name, bundled_pictures()), lambda: None
        return
    frames = LatestFrames()
    capture = CaptureThread(planned.make(), frames, capture_rules(planned.camera, 0.0))

    def failed() -> Exception | None:
        never_came = capture.error is not None and not capture.frames_captured
        if never_came or capture.state is CameraState.FAILED:
            return camera_error([capture])
        if not capture.ended:
            return None
        return BenchError(
            f"{capture.source.describe()}: it ended before the measurement did. Choose a camera, or none."
        )

    capture.start()
    try:
        yield frames, failed
    finally:
        frames.close()
        capture.stop()


def _interpreter(parts: Parts) -> Interpreter:
    """What runs the model, for the bare loop."""
    classifier = next(iter(parts.models.loaded.values()))
    if isinstance(classifier, NetworkClassifier) and isinstance(classifier.network, TfliteNetwork):
        return classifier.network.interpreter
    raise BenchError(f"{classifier.info.name}: has no invoke() of its own to compare with. Choose another model.")


def _look_at_heat(sums: _Sums) -> None:
    if (heat := machine.temperature_c()) is not None:
        sums.heat.append(round(heat, 1))
    if (throttled := machine.throttled()) is not None:
        sums.throttled.append(throttled)


def spread(times_ms: Sequence[float]) -> Spread:
    """Of one or more times in ms."""
    values = np.asarray(times_ms, np.float64)
    p50, p95, p99 = (round(float(value), 4) for value in np.percentile(values, (50, 95, 99)))
    return Spread(count=len(values), mean=round(float(values.mean()), 4), p50=p50, p95=p95, p99=p99)


def rounds(values: Iterable[float], digits: int) -> Rounds:
    """Of one or more figures."""
    found = np.asarray(list(values), np.float64)
    median, lowest, highest = (round(float(one), digits) for one in (np.median(found), found.min(), found.max()))
    return Rounds(median=median, lowest=lowest, highest=highest)


def quiet_efficiency(bare_means: Sequence[float], frame_means: Sequence[float]) -> float:
    """Of the tenth of the rounds, one at least, that took least in all. Both are of the same rounds: else the
    one's luckiest moment would be compared with the other's."""
    rounds_of_both = sorted(zip(bare_means, frame_means, strict=True), key=sum)
    bare, frame = zip(*rounds_of_both[: max(1, len(rounds_of_both) // 10)], strict=True)
    return float(sum(bare) / sum(frame))
