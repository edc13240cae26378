"""A writer that is killed: `python -m tests.teaching.store.killed_writer MODELS CHANGE FOLDER`.

Makes a change of the taught model in MODELS again and again, each time in a copy, FOLDER/1, FOLDER/2 and so on.
Each is ended by SIGKILL one step later of what it does to the disk; the last one comes to its end: FOLDER/whole.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.teaching.store.changes import CHANGES
from tests.teaching.store.steps import heard

KILLED_AT = ("mkdir", "write", "rename", "unlink")
"""Steps after which something else is on the disk."""


def killed_before(step: int, change: str) -> bool:
    """Make the change in a process of its own. True where it was killed before that step, False: it had fewer."""
    child = os.fork()
    if child == 0:
        left = step

        def count(_name: str, _args: tuple[Any, ...], _more: dict[str, Any]) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        status = 1
        try:
            # What was written outlives the process, synced or not: nothing has to be waited for here.
            with heard(count, KILLED_AT), patch("os.fsync"):
                CHANGES[change]()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit("the change failed")
    return False


def main(models: Path, change: str, folder: Path) -> None:
    """All kills of one change."""
    step = 0
    while True:
        step += 1
        place = folder / str(step)
        shutil.copytree(models, place)
        os.environ["EDGECLASSIFY_MODELS"] = str(place)
        if not killed_before(step, change):
            place.rename(folder / "whole")
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
