"""`python -m edgeclassify.bench.child`: one run in a process of its own.

Reads an order as JSON from standard input, and writes lines of JSON to standard output: how much is done, and at
the end the result, or what was wrong.
"""

import os

# Before numpy comes: as for the daemon.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import signal
import sys
from typing import Any

from edgeclassify import resident_memory
from edgeclassify.bench.order import BenchOrder
from edgeclassify.errors import EdgeClassifyError


def main() -> int:
    """Exit status 0, also where the run was refused: the answer says it."""
    # Who measures no more asks for an end: cameras and connections are closed then, as after a measurement.
    signal.signal(signal.SIGTERM, _leave)
    resident_memory.expect_loading()
    document = json.loads(sys.stdin.read())
    order = BenchOrder.from_json(document)
    try:
        from edgeclassify.bench.measuring import measure

        run = measure(order, lambda done: _write({"done": done}))
    except EdgeClassifyError as error:
        _write({"refused": str(error), "status": int(error.exit_status)})
        return 0
    _write({"run": run.model_dump(mode="json")})
    return 0


def _leave(number: int, _: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _write(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
