"""A classifying process, seen from who has it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from typing import Any

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.running.orders import At, CarefulOrder, Failed, Opening, Order, Ready, Refused, Skipping
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import EdgeClassifyError, ExitStatus

IMAGE_LIMIT_S = 120.0
"""An image that takes longer has hung: a Pi Zero 2 W decodes a hundred megapixels in twenty."""
_OPENING_LIMIT_S = 300.0
_END_S = 2.0
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


class RefusedError(EdgeClassifyError):
    """The classifier can't be opened; with the exit status of the error that said so."""

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = ExitStatus(exit_status)


class DiedError(Exception):
    """The process ended, or had to be ended: how, as part of a sentence."""


def worker_command(descriptor: int) -> list[str]:
    """What starts one: this Python, which must not look for modules where the user happens to be (-P)."""
    return [sys.executable, "-P", "-m", "edgeclassify.archive.running.worker", str(descriptor)]


class ClassifyingProcess:
    """One process with a classifier. One thread uses it; any may `kill` it.

    Making it raises RefusedError where the model can't be opened, DiedError where the process ends before.
    """

    def __init__(
        self,
        wanted: Wanted,
        *,
        limit_s: float = IMAGE_LIMIT_S,
        command: Callable[[int], list[str]] = worker_command,
    ) -> None:
        self._limit_s = limit_s
        try:
            self._begin(command)
        except OSError as error:  # no more processes, memory, open files
            raise DiedError(f"it can't be started: {error.strerror or error} (see ulimit -a)") from error
        try:
            self._send(Opening(wanted))
            said = self._receive(_OPENING_LIMIT_S)
            if isinstance(said, Refused):
                raise RefusedError(said.message, said.exit_status)
            self.facts: ClassifierFacts = said.facts if isinstance(said, Ready) else self._unexpected(said)
        except BaseException:
            self.close()
            raise

    def _begin(self, command: Callable[[int], list[str]]) -> None:
        with ExitStack() as until_it_runs:
            self._errors = until_it_runs.enter_context(tempfile.TemporaryFile())
            ours, its = socket.socketpair()
            until_it_runs.enter_context(ours)
            with its:
                self._process = subprocess.Popen(
                    command(its.fileno()),
                    stdin=subprocess.DEVNULL,
                    stdout=self._errors,
                    stderr=self._errors,
                    pass_fds=[its.fileno()],
                    env={**os.environ, **_ENVIRONMENT},
                    start_new_session=True,  # Ctrl-C is for who has it
                )
            self._connection: Any = Connection(ours.detach())
            until_it_runs.pop_all()

    @property
    def is_alive(self) -> bool:
        """False where it ended, after long idling for example."""
        return self._process.poll() is None

    def rows(self, number: int, batch: Batch, done: Callable[[int], None] = lambda _: None) -> BatchResult:
        """Classify a batch. `done`: called now and then with how many images there are so far.

        Raises DiedError.
        """
        self._send(Order(number, batch))
        return self._result(done)

    def rows_one_by_one(
        self, number: int, batch: Batch, deadly: Mapping[int, str], begins: Callable[[int], None]
    ) -> BatchResult:
        """The same, telling of each image before it begins. `deadly`: those to be left out. Raises DiedError."""
        self._send(CarefulOrder(number, batch, deadly))
        return self._result(begins)

    def kill(self) -> None:
        """End it now. What waits for it raises DiedError."""
        with suppress(OSError):
            self._process.kill()

    def close(self) -> None:
        """End it: at once, for it has nothing that would be lost."""
        self.kill()
        self._process.wait()
        self._connection.close()
        self._errors.close()

    def _result(self, told: Callable[[int], None]) -> BatchResult:
        while True:
            said = self._receive(self._limit_s)
            if isinstance(said, BatchResult):
                return said
            if isinstance(said, Skipping):
                continue
            told(said.place if isinstance(said, At) else self._unexpected(said))

    def _send(self, message: object) -> None:
        try:
            self._connection.send(message)
        except OSError as error:
            raise DiedError(self._end()) from error

    def _receive(self, limit_s: float) -> Any:
        try:
            if not self._connection.poll(limit_s):
                self.kill()
                self._process.wait()
                raise DiedError(f"it did not come to an end in {limit_s:g} s")
            return self._connection.recv()
        except (EOFError, OSError) as error:
            raise DiedError(self._end()) from error

    def _unexpected(self, said: object) -> Any:
        raise RuntimeError(said.traceback if isinstance(said, Failed) else f"unexpected: {said!r}")

    def _end(self) -> str:
        """How it ended, with its last words where it has left some."""
        try:
            status = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._process.wait()
        if status == -signal.SIGKILL:
            return "its process was ended by SIGKILL, as where memory runs out"
        with suppress(ValueError):
            if status < 0:
                return f"its process was ended by {signal.Signals(-status).name}"
        return f"its process ended with exit status {status}{self._last_words()}"

    def _last_words(self) -> str:
        with suppress(OSError, ValueError):
            self._errors.seek(0)
            lines = self._errors.read()[-4096:].decode(errors="replace").strip().splitlines()
            return f": {lines[-1][:200]}" if lines else ""
        return ""
