"""What only native code can tell, asked in a process of its own: what crashes there is found, not suffered."""

import json
import signal
import subprocess
import sys
from typing import Any

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.trial_run.trial import child_environment

MODULE = "edgeclassify.doctor.software.told"


@dataclass(frozen=True, slots=True)
class Told:
    """What the child found; `failure`: why there is nothing, where it could not end."""

    facts: dict[str, Any]
    failure: str = ""


def ask_child(what: str, within_s: float, given: dict[str, Any] | None = None) -> Told:
    """The facts of one question of `told.py`. Raises nothing."""
    # -P: this Python must not look for modules where the user happens to be.
    command = [sys.executable, "-P", "-m", MODULE, what]
    try:
        done = subprocess.run(
            command, input=json.dumps(given or {}), capture_output=True, text=True, errors="replace",
            timeout=within_s, env=child_environment(), check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Told({}, f"it did not end within {within_s:g} s")
    except OSError as error:
        return Told({}, f"Python can't be started: {error.strerror or error}")
    if done.returncode < 0:
        return Told({}, f"it crashed ({_name(-done.returncode)})")
    try:
        facts = json.loads(done.stdout.strip().rpartition("\n")[2])
    except ValueError:
        *_, last = ["no word", *done.stderr.strip().splitlines()]
        return Told({}, last[:300])
    return Told(facts)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
