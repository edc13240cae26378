"""Somebody who sits at a terminal: reads what a program shows, and types."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.support.waiting import patient

PATIENCE_S = patient(90.0)
"""A busy machine takes its time to import numpy and OpenCV."""
_AGAIN_S = 5.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class TerminalUser:
    """A program on a pseudo-terminal of its own, which is its controlling one. A context manager."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], columns: int = 80, lines: int = 24
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        # setsid of util-linux: getpass asks at the controlling terminal, wherever the streams go.
        self._process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, **environment},
        )
        os.close(theirs)
        self._raw = b""
        self._read_to = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._ours)  # hangs up
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patient(10))
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    @property
    def raw(self) -> str:
        """All that was shown, with colours."""
        return self._raw.decode(errors="replace").replace("\r\n", "\n")

    @property
    def shown(self) -> str:
        """The same as text."""
        return _ESCAPES.sub("", self.raw)

    def sees(self, text: str) -> str:
        """Wait until it is shown, behind what was seen before; returns what was shown up to its end."""
        deadline = time.monotonic() + PATIENCE_S
        while (at := self.shown.find(text, self._read_to)) < 0:
            left = deadline - time.monotonic()
            assert left > 0, f"not shown: {text!r}. It shows:\n{self.shown[self._read_to :]}"
            assert self._more(left) or text in self.shown[self._read_to :], (
                f"it ended before it showed {text!r}:\n{self.shown[self._read_to :]}"
            )
        begin, self._read_to = self._read_to, at + len(text)
        return self.shown[begin : self._read_to]

    def types(self, line: str) -> None:
        """A line, and Enter."""
        os.write(self._ours, f"{line}\r".encode())

    def presses(self, key: bytes) -> None:
        """A key as the terminal sends it."""
        os.write(self._ours, key)

    def answers(self, question: str, line: str) -> None:
        """Wait for the question, then type."""
        self.sees(question)
        self.types(line)

    def presses_until(self, key: bytes, text: str) -> None:
        """Press it until the text is shown: a signal that comes between a prompt and the wait for a line is seen
        by Python at the next key."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.shown[self._read_to :]:
            assert time.monotonic() < deadline, f"not shown: {text!r}:\n{self.shown[self._read_to :]}"
            with suppress(OSError):  # it has ended meanwhile
                self.presses(key)
            if not self._more(_AGAIN_S) and self._process.poll() is not None:
                break
            while self._more(0.2):
                pass
        self.sees(text)

    @property
    def echoes(self) -> bool:
        """The terminal shows what is typed."""
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def ends(self) -> int:
        """Wait for its end; returns the exit status."""
        deadline = time.monotonic() + PATIENCE_S
        while self._more(max(0.0, deadline - time.monotonic())):
            pass
        return self._process.wait(PATIENCE_S)

    def _more(self, seconds: float) -> bool:
        """False where it has ended, or shows nothing for so long."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        try:
            part = os.read(self._ours, 65536)
        except OSError:  # EIO: nobody has the other end any more
            return False
        self._raw += part
        return bool(part)
