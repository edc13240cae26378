"""All runs of a benchmark, one after the other, each in a process of its own: what one takes, no other has."""

import json
import sys
import time
from collections.abc import Callable, Sequence

from edgeclassify.bench.board import this_board, versions
from edgeclassify.bench.memory_frames import SOURCE
from edgeclassify.bench.order import BenchOrder
from edgeclassify.bench.process import said_by
from edgeclassify.bench.result import BenchResult, Refused, Run
from edgeclassify.errors import BenchError, EdgeClassifyError, ExitStatus
from edgeclassify.redaction import redacted_url

NOWHERE = "the MQTT sink, without a broker"
_SLACK_S, _TIMES = 600.0, 8
"""What a run may take: this much, and so many times the time that is measured. A slow board opens a large model in
minutes, and a slow camera's rounds are as long as MOST_ROUND_S."""


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
    """One run. Raises RunRefusedError, with why, also where its process crashes or does not end."""
    most_s = _SLACK_S + _TIMES * order.seconds
    try:
        said = said_by(command, json.dumps(order.to_json()), most_s, lambda done: tell(order, done))
    except BenchError as error:
        raise RunRefusedError(f"{order.model.name}: {error}", error.exit_status) from error
    if "run" in said.answer:
        return Run.model_validate_json(json.dumps(said.answer["run"]))
    if "refused" in said.answer:
        raise RunRefusedError(said.answer["refused"], said.answer["status"])
    raise RunRefusedError(f"{order.model.name}: the run's process ended with {said.end}", ExitStatus.SOFTWARE)


def _short(text: str) -> str:
    return text[-200:]
