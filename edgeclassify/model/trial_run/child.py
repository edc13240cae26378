"""The process in which a model is tried: `python -P -m edgeclassify.model.trial_run.child`, see trial.py.

Standard input: one line of JSON (Order), the bytes of the model, those of an input tensor. Standard output: READY
once the runtime is imported, then one line of JSON (Report). Native code may end it at any point; imports are few,
since this is paid by a Pi Zero too.
"""

import json
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from edgeclassify.errors import EdgeClassifyError, ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.runtime.interpreter import open_interpreter
from edgeclassify.model.runtime.runtimes import runtime_name
from edgeclassify.types.model_choice import RuntimeName

READY = b"ready\n"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be tried. `spare_bytes`: the memory that the model may take, `cpu_s`: its processor time,
    `limit_s`: how long the whole may take, which the parent sees to."""

    path: str
    runtime: RuntimeName
    threads: int
    model_bytes: int
    spare_bytes: int
    cpu_s: int
    limit_s: float


@dataclass(frozen=True, slots=True)
class Report:
    """How it went. `refused`: the runtime's reason in a message of ours. `untried`: why nothing could be tried."""

    took_bytes: int = 0
    refused: str | None = None
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
        opened = open_interpreter(Path(order.path), order.runtime, order.threads, data)
        view = opened.input_view()
        view.reshape(-1).view("uint8")[: len(sample)] = bytearray(sample)
        del view
        opened.invoke()
    except ModelError as error:
        return Report(refused=str(error))
    except MemoryError:
        return Report(is_short_of_memory=True)
    return Report(took_bytes=max(0, _kilobytes("VmHWM") - before) * 1024)


def _leave_signals_to_the_parent() -> None:
    """A stop or a reload of the daemon says nothing of the model."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def limit(order: Order) -> None:
    """No more than the model may take, and no core file; where memory gets short all the same, this ends first."""
    with suppress(OSError, ValueError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    for kind, most in (
        (resource.RLIMIT_AS, _kilobytes("VmSize") * 1024 + order.spare_bytes),
        (resource.RLIMIT_CPU, order.cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
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
