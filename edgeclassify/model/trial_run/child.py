"""The process in which a model is tried: `python -P -m edgeclassify.model.trial_run.child`, see trial.py.

Standard input: one line of JSON (Order), the bytes of the model, those of an input tensor. Standard output: READY
once the runtime is imported, then one line of JSON (Report). Native code may end it at any point; imports are few,
since this is paid by a Pi Zero too.
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, field
from pathlib import Path
from typing import BinaryIO

from edgeclassify.errors import DelegateError, EdgeClassifyError, ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.runtime.delegates import DelegateChoice
from edgeclassify.model.runtime.interpreter import Interpreter, open_interpreter, run_on
from edgeclassify.model.runtime.runtimes import runtime_name
from edgeclassify.types.model_choice import RuntimeName

READY = b"ready\n"
_TIMED_INVOKES, _TIMED_S = 3, 0.05
"""At least so many, and for so long: the first ones are slower."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be tried. `spare_bytes`: the memory that the model may take (None: as it likes), `cpu_s`: its
    processor time, `limit_s`: how long the whole may take, which the parent sees to. `delegate`: the library of
    one, whose answers are held against the CPU's. `timed_threads`: with so many threads each it is timed."""

    path: str
    runtime: RuntimeName
    threads: int
    model_bytes: int
    spare_bytes: int | None
    cpu_s: int
    limit_s: float
    delegate: str | None = None
    delegate_options: Sequence[tuple[str, str]] = ()
    timed_threads: Sequence[int] = ()

    @property
    def delegate_choice(self) -> DelegateChoice | None:
        """The delegate with its options."""
        options = tuple((key, value) for key, value in self.delegate_options)
        return None if self.delegate is None else DelegateChoice(self.delegate, options)


@dataclass(frozen=True, slots=True)
class Report:
    """How it went. `refused`: the runtime's reason in a message of ours. `untried`: why nothing could be tried.

    `has_no_delegate`: what is refused is the delegate, by itself. `wrong`: what its answer differs in from the
    CPU's. `is_compared`: False where it was not held against that. `ms`: of its quickest invoke, by threads (text,
    as JSON has keys).
    """

    took_bytes: int = 0
    refused: str | None = None
    has_no_delegate: bool = False
    wrong: str | None = None
    is_compared: bool = False
    ms: dict[str, float] = field(default_factory=dict)
    untried: str | None = None
    is_short_of_memory: bool = False


def main() -> None:
    """Try what standard input says, and report on standard output."""
    _leave_signals_to_the_parent()
    order = Order(**json.loads(sys.stdin.buffer.readline()))
    data = sys.stdin.buffer.read(order.model_bytes)
    sample = sys.stdin.buffer.read()
    report = _report(order, data, sample, sys.stdout.buffer)
    sys.stdout.buffer.write(json.dumps(asdict(report)).encode() + b"\n")
    sys.stdout.buffer.flush()
    os._exit(0)  # how native code ends is not what is tried


def _report(order: Order, data: bytes, sample: bytes, output: BinaryIO) -> Report:
    try:
        runtime_name(order.runtime)  # imports it, before the limits hold
    except EdgeClassifyError as error:
        return Report(untried=str(error))
    output.write(READY)
    output.flush()
    before = _kilobytes("VmRSS")
    limit(order)
    try:
        opened = open_interpreter(Path(order.path), order.runtime, order.threads, data, order.delegate_choice)
        if order.delegate is not None:
            return _compared(order, data, sample, opened)
        run_on(opened, sample)
        ms = {str(count): _timed(order, data, count) for count in order.timed_threads}
    except DelegateError as error:
        return Report(refused=str(error), has_no_delegate=True)
    except ModelError as error:
        return Report(refused=str(error))
    except MemoryError:
        return Report(is_short_of_memory=True)
    return Report(took_bytes=max(0, _kilobytes("VmHWM") - before) * 1024, ms=ms)


def _timed(order: Order, data: bytes, threads: int) -> float:
    """Milliseconds of the quickest of some invokes."""
    opened = open_interpreter(Path(order.path), order.runtime, threads, data)
    least, runs, until = float("inf"), 0, time.perf_counter() + _TIMED_S
    while runs < _TIMED_INVOKES or time.perf_counter() < until:
        began = time.perf_counter()
        opened.invoke()
        least = min(least, (time.perf_counter() - began) * 1e3)
        runs += 1
    return least


def _compared(order: Order, data: bytes, sample: bytes, delegated: Interpreter) -> Report:
    """The delegate's answers beside those of the CPU, where that can run the model."""
    from edgeclassify.model.trial_run.answers import answers, difference, noise

    given = sample or noise(delegated.inputs[0])
    found = answers(delegated, given)
    try:
        alone = open_interpreter(Path(order.path), order.runtime, order.threads, data)
    except ModelError:
        return Report()  # it was compiled for the accelerator: the CPU has nothing to say
    return Report(wrong=difference(answers(alone, given), found, alone.outputs), is_compared=True)


def _leave_signals_to_the_parent() -> None:
    """A stop or a reload of the daemon says nothing of the model."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def limit(order: Order) -> None:
    """No more than the model may take, and no core file; where memory gets short all the same, this ends first."""
    with suppress(OSError, ValueError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    for kind, most in (
        (resource.RLIMIT_AS, order.spare_bytes and _kilobytes("VmSize") * 1024 + order.spare_bytes),
        (resource.RLIMIT_CPU, order.cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
        if most is None:
            continue
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def _kilobytes(key: str) -> int:
    """A figure of this process's memory; 0 where the kernel does not show it."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return int(line.split()[1])
    return 0


if __name__ == "__main__":
    main()
