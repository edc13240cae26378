"""How far an archive is, on standard error: a line that changes on a terminal, else one a minute."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from edgeclassify.archive.run import Progress

_EACH_S, _LOGGED_EACH_S = 0.5, 60.0
_RATE_OF_S = 30.0
"""The rate is that of the last half minute: what is left may be of another kind."""


class ArchiveProgress:
    """One line, closed at the end of its context."""

    def __init__(self) -> None:
        stream = sys.stderr
        self._stream = stream
        self._on_terminal = stream is not None and stream.isatty()
        self._next = time.monotonic() + (0.0 if self._on_terminal else _LOGGED_EACH_S)
        self._shown = 0
        self._seen: list[tuple[float, int]] = []
        self.in_words = "nothing is done yet"
        """The last that was told."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def listed(self, images: int) -> None:
        """So many images have been found."""
        self.in_words = f"listing: {images} images found"
        self._show(self.in_words)

    def said(self, progress: Progress) -> None:
        """The run is so far."""
        now, done = time.monotonic(), progress.done
        self._seen.append((now, progress.here))
        while now - self._seen[0][0] > _RATE_OF_S:
            del self._seen[0]
        self.in_words = f"{done.images} of {progress.images} images are done"
        if done.faults:
            self.in_words += f", {done.faults} with a fault"
        first, before = self._seen[0]
        rate = (progress.here - before) / (now - first) if now > first else 0.0
        text = self.in_words
        if rate > 0:
            text += f", {rate:.0f} images/s, {duration(max(0, progress.images - done.images) / rate)} left"
        self._show(text)

    def tell(self, text: str) -> None:
        """What is done now."""
        self._show(text, at_once=True)

    def note(self, text: str) -> None:
        """Something that stays to be read."""
        self.close()
        if self._stream is not None:
            self._stream.write(f"edgeclassify: {text}\n")
            self._stream.flush()

    def close(self) -> None:
        """Leave no half line."""
        if self._on_terminal and self._shown:
            self._stream.write("\r" + " " * self._shown + "\r")
            self._stream.flush()
            self._shown = 0

    def _show(self, text: str, *, at_once: bool = False) -> None:
        if self._stream is None or (time.monotonic() < self._next and not (at_once and self._on_terminal)):
            return
        self._next = time.monotonic() + (_EACH_S if self._on_terminal else _LOGGED_EACH_S)
        if self._on_terminal:
            self._stream.write("\r" + text.ljust(self._shown))
            self._shown = len(text)
        else:
            self._stream.write(f"edgeclassify: {text}\n")
        self._stream.flush()


def duration(seconds: float) -> str:
    """As people say it: "3 h 20 min", "40 s"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"
