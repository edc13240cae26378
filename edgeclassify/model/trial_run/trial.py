"""Tries a model in a process of its own, and turns what kills that one into a message."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field, replace

from edgeclassify.errors import DelegateError, ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.runtime.delegates import WITHOUT
from edgeclassify.model.soundness.check import Need
from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.trial_run.child import READY, Order, Report
from edgeclassify.model.trial_run.interface import RunBy

log = logging.getLogger(__name__)

LIMIT_S = 30.0
"""Seconds that it may take, the start of Python included: a Pi Zero 2 W takes three for a MobileNet."""
SLACK_BYTES, _LEAST_SLACK_BYTES = 64 << 20, 16 << 20
"""What the runtime takes for itself: measured are 10 MB."""
CHILD_BYTES = 48 << 20
"""What the process takes before it comes to the model."""
_PER_THREAD_BYTES = 10 << 20

_NOT_FOR_CHILDREN = (
    "NOTIFY_SOCKET",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
    "LISTEN_FDS",
    "LISTEN_PID",
    "PYTHONFAULTHANDLER",
)
_FOR_THE_CHILD = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}

_SHORT_OF_MEMORY = (b"bad_alloc", b"MemoryError", b"Cannot allocate memory", b"out of memory")
_OUT_OF_TIME = (signal.SIGXCPU,)
_AGAIN = "Get it again where it came from, convert it again, or choose another runtime."


class UntriedError(Exception):
    """The process for the trial can't be had, or ended before it came to the model."""


def child_command() -> list[str]:
    """What starts the child: this Python, which must not look for modules where the user happens to be (-P)."""
    if not sys.executable:
        raise UntriedError("where Python lies is not known")
    return [sys.executable, "-P", "-m", "edgeclassify.model.trial_run.child"]


def try_model(
    model: ModelFile,
    need: Need,
    by: RunBy,
    sample: bytes = b"",
    *,
    command: Callable[[], list[str]] = child_command,
    limit_s: float = LIMIT_S,
    free_memory: Callable[[], int | None] = free_memory_bytes,
) -> bool:
    """Load the model, invoke it twice: on zeros, and on `sample` (the bytes of its input tensor).

    With a delegate its answer to the sample is held against the CPU's, and its memory is not counted. Raises
    ModelError, with the reason, where the runtime refuses the model, crashes on it, takes more memory than
    the model accounts for, answers wrongly, or does not come to an end in `limit_s`; DelegateError where the
    delegate can't be had. Where there can be no such process, that is
    logged, and the answer is False. `command`: what starts it; `free_memory`: bytes, None where that is not known.
    """
    cpu_s = round(limit_s) * by.threads
    try:
        spare = spare_bytes(need, by.threads, free_memory())
        order = Order(str(model.path), by.runtime, by.threads, model.size, spare, cpu_s, limit_s)
        if by.delegate is not None:
            order = replace(
                order, spare_bytes=None, delegate=by.delegate.library, delegate_options=by.delegate.options
            )
        report = _run(command(), order, model.data(), sample)
        if report.untried is not None:
            raise UntriedError(report.untried)
    except UntriedError as error:
        log.warning(
            "%s: could not be tried in a process of its own: %s. Only its file was checked.", model.path, error
        )
        return False
    if report.is_short_of_memory:
        raise _short_of_memory(order)
    if report.refused is not None:
        raise DelegateError(report.refused) if report.has_no_delegate else ModelError(report.refused)
    if report.wrong is not None:
        raise ModelError(
            f"{order.path}: the delegate {order.delegate} answers wrongly: {report.wrong}. It does not suit this "
            f"model, or is broken. {WITHOUT}"
        )
    if order.delegate is not None and not report.is_compared:
        log.info("%s: the CPU can't run this model: what the delegate answers could not be compared", model.path)
    log.debug("%s: tried, it takes %d MB", model.path, report.took_bytes >> 20)
    return True


@dataclass(frozen=True, slots=True)
class TimedModel:
    """Milliseconds of an invoke by number of threads; none where it failed, or took too long. `is_refused`: the
    runtime said that it can't run the model."""

    ms: Mapping[int, float] = field(default_factory=dict)
    is_refused: bool = False


def time_model(
    model: ModelFile,
    need: Need,
    by: RunBy,
    counts: Sequence[int],
    sample: bytes = b"",
    *,
    limit_s: float,
    command: Callable[[], list[str]] = child_command,
    free_memory: Callable[[], int | None] = free_memory_bytes,
) -> TimedModel:
    """How long an invoke takes in a runtime that this process has not loaded.

    As `try_model`, but that nothing is said where it fails, or takes longer than `limit_s`.
    """
    try:
        spare = spare_bytes(need, max(counts), free_memory())
        cpu_s = max(1, round(limit_s * max(counts)))
        order = Order(
            str(model.path), by.runtime, by.threads, model.size, spare, cpu_s, limit_s, timed_threads=tuple(counts)
        )
        report = _run(command(), order, model.data(), sample)
    except (UntriedError, ModelError) as error:
        log.debug("%s: how fast it is in %s is not known: %s", model.path, by.runtime, error)
        return TimedModel()
    return TimedModel({int(count): ms for count, ms in report.ms.items()}, report.refused is not None)


def spare_bytes(need: Need, threads: int, free: int | None) -> int:
    """Addresses for the model: what its file accounts for several times over, never more than there is memory.

    `free`: the bytes that are free; None: not known. Kernels arrange weights anew, and some unroll images for
    themselves. Stacks of threads are hardly touched and come on top. Raises UntriedError where the memory has no
    room for the model and a process beside this one: the kernel would end one of the two.
    """
    wanted = 4 * need.file + 16 * need.arena + SLACK_BYTES
    if free is not None:
        room = free - CHILD_BYTES
        if room < need.total + _LEAST_SLACK_BYTES:
            raise UntriedError(f"{free >> 20} MB of memory are free, too little for it")
        wanted = min(wanted, room)
    return wanted + threads * _PER_THREAD_BYTES


def _run(command: list[str], order: Order, data: bytes, sample: bytes) -> Report:
    given = b"".join((json.dumps(asdict(order)).encode(), b"\n", data, sample))
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=order.limit_s, check=False, env=child_environment()
        )
    except subprocess.TimeoutExpired as error:
        if not (error.stdout or b"").startswith(READY):
            raise UntriedError(f"it did not start in {order.limit_s:.0f} s") from error
        raise _too_slow(order) from error
    except (OSError, ValueError) as error:
        raise UntriedError(str(getattr(error, "strerror", None) or error)) from error
    return _judged(order, done)


def _judged(order: Order, done: "subprocess.CompletedProcess[bytes]") -> Report:
    """What the child reported, or the error that its end stands for."""
    *_, last = [b"", *done.stdout.splitlines()]
    if done.returncode == 0 and last.startswith(b"{"):
        return Report(**json.loads(last))
    if not done.stdout.startswith(READY):
        raise UntriedError(f"it ended with {_end(done.returncode)}: {_last_line(done.stderr)}")
    log.debug("%s: the trial ended with %s: %s", order.path, done.returncode, done.stderr[-2000:])
    if -done.returncode in _OUT_OF_TIME:
        raise _too_slow(order)
    if -done.returncode == signal.SIGKILL or any(word in done.stderr for word in _SHORT_OF_MEMORY):
        raise _short_of_memory(order)
    how = f"({_end(done.returncode)}) when it was tried in a process of its own"
    if order.delegate is not None:
        raise DelegateError(
            f"{order.path}: the delegate {order.delegate} crashed {how}. Use another version of it, or another "
            f"model. {WITHOUT}"
        )
    raise ModelError(f"{order.path}: the runtime crashed on this model {how}. {_AGAIN}")


def _short_of_memory(order: Order) -> ModelError:
    return ModelError(
        f"{order.path}: the model needs more than {(order.spare_bytes or 0) >> 20} MB of memory, which is more "
        "than its file accounts for, or than is free here. Use a smaller model, or get it again where it came "
        "from."
    )


def _too_slow(order: Order) -> ModelError:
    return ModelError(
        f"{order.path}: loading the model and running it twice did not finish in {order.limit_s:.0f} s. "
        + ("Use a smaller model." if order.delegate is None else f"Its delegate is {order.delegate}. {WITHOUT}")
    )


def _end(status: int) -> str:
    try:
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"
    except ValueError:
        return f"signal {-status}"


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines() or ["no word"]
    return lines[-1][:160]


def child_environment() -> dict[str, str]:
    """Ours, without what makes a service of a process, and with less memory for what is not the model."""
    return {key: value for key, value in os.environ.items() if key not in _NOT_FOR_CHILDREN} | _FOR_THE_CHILD
