"""All runs of a benchmark, one after the other, each in a process of its own: what one takes, no other has."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from edgeclassify.bench.board import this_board, versions
from edgeclassify.bench.memory_frames import SOURCE
from edgeclassify.bench.order import BenchOrder
from edgeclassify.bench.result import BenchResult, Refused, Run
from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.redaction import redacted_url

NOWHERE = "the MQTT sink, without a broker"
_SLACK_S, _TIMES = 120.0, 8
"""What a run may take: this much, and so many times the time that is measured. A crash ends it sooner."""


class RunRefusedError(EdgeClassifyError):
    """A run could not be made; `exit_status` is that of its own error."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.exit_status = ExitStatus(status)


def run_all(
    orders: Sequence[BenchOrder], tell: Callable[[BenchOrder, float], None] = lambda order, done: None
) -> BenchResult:
    """Make every run. `tell`: hears of each how much is done, 0-1.

    One that is refused does not stop the others; raises its error where none could be made.
    """
    runs: list[Run] = []
    refused: list[Refused] = []
    errors: list[RunRefusedError] = []
    for order in orders:
        try:
            runs.append(run_one(order, tell))
        except RunRefusedError as error:
            errors.append(error)
            model = order.model
            reason = str(error)[:2000]
            refused.append(
                Refused(model=_short(model.name), runtime=model.runtime, threads=str(model.threads), reason=reason)
            )
    if not runs:
        raise errors[0]
    first = orders[0]
    sink = NOWHERE if first.broker is None else "an MQTT broker"
    return BenchResult(
        format="edgeclassify-bench/1",
        made_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        board=this_board(),
        software=versions(),
        source=SOURCE if first.source is None else _short(redacted_url(first.source)),
        sink=sink,
        in_memory=first.source is None,
        runs=runs,
        refused=refused,
    )


def run_one(
    order: BenchOrder,
    tell: Callable[[BenchOrder, float], None] = lambda order, done: None,
    command: Sequence[str] = (sys.executable, "-P", "-m", "edgeclassify.bench.child"),
) -> Run:
    """One run. Raises RunRefusedError, with why, also where its process crashes."""
    document = json.dumps(order.to_json())
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
    )
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(document)
        child.stdin.close()
        answer = _answer(child.stdout, lambda done: tell(order, done))
        said = "" if child.stderr is None else child.stderr.read()
        status = child.wait(_SLACK_S + _TIMES * order.seconds)
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdout, child.stderr):
            if stream is not None:
                stream.close()
    if "run" in answer:
        return Run.model_validate_json(json.dumps(answer["run"]))
    if "refused" in answer:
        raise RunRefusedError(answer["refused"], answer["status"])
    lines = said.strip().splitlines() or ["no word"]
    raise RunRefusedError(
        f"{order.model.name}: the run's process ended with {_end(status)}: {lines[-1][:300]}", ExitStatus.SOFTWARE
    )


def _answer(lines: Iterable[str], tell: Callable[[float], None]) -> dict[str, Any]:
    """The last line that is an answer; nothing where there is none."""
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:  # what a library prints
            continue
        if isinstance(said, dict) and "done" in said:
            tell(said["done"])
        elif isinstance(said, dict):
            return said
    return {}


def _end(status: int) -> str:
    try:
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"
    except ValueError:
        return f"signal {-status}"


def _short(text: str) -> str:
    return text[-200:]
