"""The check-up of this machine: `edgeclassify doctor`, as a process of its own that can't harm the daemon."""

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.trial_run.trial import child_environment

log = logging.getLogger(__name__)

WITHIN_S = 120.0
KEPT_S = 60.0
"""So long the last answer is given again: who asks in a loop does not keep this machine busy."""
NEEDS_BYTES = 120 * 10**6
"""Of memory: it takes 98 MB at most, measured with /usr/bin/time; the service has a limit."""
Run = Callable[[Callable[[], dict[str, Any]]], Awaitable[dict[str, Any]]]


class Checkup:
    """Used in the server's loop. One at a time: who asks meanwhile, or soon after, gets what comes of it.

    `command`: what is run; None: `edgeclassify doctor` of this Python, for the config of the daemon.
    """

    def __init__(self, command: list[str] | None = None) -> None:
        self._command = command
        self._running: asyncio.Future[dict[str, Any]] | None = None
        self._ended = 0.0

    async def ask(self, config_file: Path, run: Run) -> dict[str, Any]:
        """The document that `doctor --json` prints. `run`: carries out in a thread what blocks.

        Raises EdgeClassifyError where it can't be had.
        """
        is_old = self._running is not None and self._running.done() and time.monotonic() - self._ended >= KEPT_S
        if self._running is None or is_old:
            command = self._command or _command(config_file)
            self._running = asyncio.ensure_future(run(lambda: _document(command)))
            self._running.add_done_callback(self._has_ended)
            self._ended = time.monotonic()
        # Who leaves takes it from nobody else.
        return await asyncio.shield(self._running)

    def _has_ended(self, running: asyncio.Future[dict[str, Any]]) -> None:
        del running
        self._ended = time.monotonic()


def _command(config_file: Path) -> list[str]:
    # -P: this Python must not look for modules where the daemon happens to be.
    return [
        sys.executable, "-P", "-m", "edgeclassify", "doctor", "--json", "--beside-daemon", "--config",
        str(config_file),
    ]  # fmt: skip


def _document(command: list[str]) -> dict[str, Any]:
    free = free_memory_bytes()
    if free is not None and free < NEEDS_BYTES:
        raise EdgeClassifyError(
            f"too little memory is free for a check-up beside the daemon: {free // 10**6} of "
            f"{NEEDS_BYTES // 10**6} MB. Ask in a terminal: sudo edgeclassify doctor"
        )
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=WITHIN_S, env=child_environment(),
            check=False,
        )  # fmt: skip
        document: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise EdgeClassifyError(f"the check-up did not end within {WITHIN_S:.0f} s: ask again later") from error
    except (OSError, ValueError) as error:
        log.warning("the check-up gave no answer: %s", error)
        raise EdgeClassifyError(
            "the check-up gave no answer: ask in a terminal, sudo edgeclassify doctor"
        ) from error
    return document
