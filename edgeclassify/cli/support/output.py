"""Standard output that may break: a reader that went away (`| head`), a disk that is full (`> file`).

Its errors become EdgeClassifyErrors where they happen, so that no other OSError is taken for one of them.
"""

import codecs
import contextlib
import os
import select
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO, cast

from edgeclassify.errors import EdgeClassifyError, ExitStatus, StorageError


class OutputError(StorageError):
    """Standard output takes no more: its disk is full, for example."""


class OutputClosedError(OutputError):
    """The reader of standard output went away. That is no fault, and nothing is said of it."""

    exit_status = ExitStatus.SOME_FAILED


class CheckedOutput:
    """A text stream whose errors at writing are OutputErrors; in all else it is the stream that it wraps.

    The first error stays: it is raised again by all that follows, whoever swallowed it. The stream itself is led
    to /dev/null then: what is left in its buffers would fail once more at exit.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._error: OutputError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """As of the stream."""
        with self._checked():
            return self._stream.write(text)

    def writelines(self, lines: list[str]) -> None:
        """As of the stream."""
        with self._checked():
            self._stream.writelines(lines)

    def flush(self) -> None:
        """As of the stream."""
        with self._checked():
            self._stream.flush()

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        if self._error is not None:
            raise self._error
        try:
            yield
        except OSError as error:
            self._error = _said(error)
            self._discard()
            raise self._error from error

    def _discard(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self._stream.fileno())
            finally:
                os.close(nowhere)


def _said(error: OSError) -> OutputError:
    if isinstance(error, BrokenPipeError):
        return OutputClosedError("standard output: its reader went away")
    reason = error.strerror or error
    return OutputError(f"standard output: can't be written: {reason}. Check the disk that it goes to.")


def check_reader() -> None:
    """Raise OutputClosedError where the reader of standard output went away.

    A write would find out; this is for who has nothing to write, and would wait on for nobody.
    """
    try:
        watched = select.poll()
        watched.register(sys.stdout.fileno(), 0)
        gone = any(found & select.POLLERR for _, found in watched.poll(0))
    except (AttributeError, OSError, ValueError):  # no standard output, or one without a descriptor
        return
    if gone:
        raise OutputClosedError("standard output: its reader went away")


@contextlib.contextmanager
def checked_output() -> Iterator[None]:
    """While entered, standard output raises OutputErrors, and shows as \\x.. what its encoding does not have."""
    before: TextIO | None = sys.stdout
    if before is None:  # closed by whoever started us: nothing is printed then
        yield
        return
    reconfigure = getattr(before, "reconfigure", None)
    if reconfigure is not None:
        # ASCII is what a bare locale leaves; click would then write UTF-8 past us, straight into the buffer.
        ascii_only = codecs.lookup(before.encoding).name == "ascii"
        reconfigure(encoding="utf-8" if ascii_only else before.encoding, errors="backslashreplace")
    sys.stdout = cast(TextIO, CheckedOutput(before))
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = before


class OutputWatch:
    """Ends a run when standard output breaks in one of its other threads.

    Those threads report to `broken`; the command says how to stop by `stops`, and calls `check` at the end.
    """

    def __init__(self) -> None:
        self._error: EdgeClassifyError | OSError | ValueError | None = None
        self._stop: Callable[[], None] = lambda: None

    def broken(self, error: EdgeClassifyError | OSError | ValueError) -> None:
        """Output can't be written: stop. The first error counts."""
        self._error = self._error or error
        self._stop()

    def stops(self, stop: Callable[[], None]) -> None:
        """What ends the run; called at once where output is broken already."""
        self._stop = stop
        if self._error is not None:
            stop()

    def check(self) -> None:
        """Raise the error that ended the run, if it was that."""
        if self._error is not None:
            raise self._error
