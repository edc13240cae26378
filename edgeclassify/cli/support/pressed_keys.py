"""Keys that somebody presses while a table is on the screen, read without waiting."""

import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

TOP, BOTTOM = -(1 << 30), 1 << 30
_STEPS: Mapping[bytes, int] = {b"j": 1, b"k": -1, b"\x1b[B": 1, b"\x1b[A": -1, b"\x1bOB": 1, b"\x1bOA": -1}
_PAGES: Mapping[bytes, int] = {b" ": 1, b"\x1b[6~": 1, b"\x06": 1, b"b": -1, b"\x1b[5~": -1, b"\x02": -1}
_ENDS: Mapping[bytes, int] = {
    b"g": TOP, b"\x1b[H": TOP, b"\x1bOH": TOP, b"\x1b[1~": TOP,
    b"G": BOTTOM, b"\x1b[F": BOTTOM, b"\x1bOF": BOTTOM, b"\x1b[4~": BOTTOM,
}  # fmt: skip
_QUIT = (b"q", b"Q")


class QuitError(Exception):
    """The key for it was pressed."""


class Keys:
    """The terminal of standard input, where it is one: keys come at once and are not shown. A context manager.

    Ctrl-C stays what it is.
    """

    def __init__(self) -> None:
        self._descriptor = -1
        self._before: list[Any] = []

    def __enter__(self) -> Self:
        with contextlib.suppress(AttributeError, OSError, ValueError, termios.error):
            descriptor = sys.stdin.fileno()
            self._before = termios.tcgetattr(descriptor)
            # Who runs in the background would be stopped for touching the terminal.
            if os.tcgetpgrp(descriptor) == os.getpgrp():
                tty.setcbreak(descriptor)
                self._descriptor = descriptor
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
            self._descriptor = -1

    def rows(self, page: int) -> int:
        """How many rows the keys since the last call lead down (negative: up); `page` rows are a page.

        Raises QuitError for q.
        """
        rows = 0
        for key in _split(self._waiting()):
            if key in _QUIT:
                raise QuitError
            if key in _ENDS:
                rows = _ENDS[key]
            else:
                rows += _STEPS.get(key, 0) + _PAGES.get(key, 0) * max(1, page)
        return rows

    def _waiting(self) -> bytes:
        typed = b""
        while self._descriptor >= 0 and select.select([self._descriptor], [], [], 0)[0]:
            try:
                chunk = os.read(self._descriptor, 256)
            except OSError:
                chunk = b""
            if not chunk:  # the terminal has gone
                self._descriptor = -1
            typed += chunk
        return typed


def _split(typed: bytes) -> Iterator[bytes]:
    """Single keys: a letter, or a sequence that begins with Escape and ends with a letter or ~."""
    at = 0
    while at < len(typed):
        end = at + 1
        if typed[at : at + 1] == b"\x1b" and typed[end : end + 1] in (b"[", b"O"):
            end += 1
            while end < len(typed) and not (0x40 <= typed[end] <= 0x7E):
                end += 1
            end += 1
        yield typed[at:end]
        at = end
