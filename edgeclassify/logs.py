"""Logs that fit where they go: priority prefixes for journald, colour on a terminal, plain text elsewhere."""

import faulthandler
import logging
import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from edgeclassify.redaction import scrubbed

# sd-daemon(3): "<N>" at the start of a line is its syslog priority.
PRIORITIES = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
COLOURS = {logging.DEBUG: "2", logging.WARNING: "33", logging.ERROR: "31", logging.CRITICAL: "1;31"}


class PlainFormatter(logging.Formatter):
    """The record as it is, without what is known to be secret: whatever text a library put into it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's text, its traceback included."""
        return scrubbed(super().format(record))


class JournalFormatter(PlainFormatter):
    """No time (journald has its own), a priority prefix on every line so that tracebacks keep theirs."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as journald wants it."""
        return _prefixed(super().format(record), record.levelno)


class TerminalFormatter(PlainFormatter):
    """Time, level and message; warnings and errors in colour."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a person wants it."""
        text = super().format(record)
        colour = COLOURS.get(record.levelno)
        return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def set_up_logging(level: str, stream: TextIO | None = None) -> None:
    """One handler on stderr, formatted for journald, a terminal or a file. `level`: debug, info, …"""
    stream = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(stream)
    plain = "%(asctime)s %(levelname)-7s %(message)s"
    if goes_to_journal(stream):
        handler.setFormatter(JournalFormatter("%(message)s"))
    elif stream.isatty() and "NO_COLOR" not in os.environ:
        handler.setFormatter(TerminalFormatter(plain))
    else:
        handler.setFormatter(PlainFormatter(plain))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    sys.excepthook = _log_uncaught
    set_level(level)


def for_stream(text: str, level: int, stream: TextIO) -> str:
    """The text of a message that is not logged but printed, with its priority where the stream is the journal."""
    text = scrubbed(text)
    return _prefixed(text, level) if goes_to_journal(stream) else text


def set_level(level: str) -> None:
    """Change the level of our own messages; libraries stay at warnings."""
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("edgeclassify").setLevel(level.upper())


def goes_to_journal(stream: TextIO) -> bool:
    """True for the stream that systemd connected to the journal. JOURNAL_STREAM is "device:inode"."""
    try:
        device, inode = map(int, os.environ["JOURNAL_STREAM"].split(":"))
        status = os.fstat(stream.fileno())
    except (KeyError, ValueError, OSError):
        return False
    return (status.st_dev, status.st_ino) == (device, inode)


def show_stacks() -> None:
    """Where every thread is, on standard error: the only trace of a call that does not return."""
    with suppress(OSError, ValueError, AttributeError):
        faulthandler.dump_traceback(sys.stderr, all_threads=True)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A bug: its traceback goes where the log goes, with the priority of an error on every line."""
    logging.getLogger("edgeclassify").critical("a bug, please report it", exc_info=(kind, error, trace))


def _prefixed(text: str, level: int) -> str:
    prefix = f"<{PRIORITIES.get(level, 5)}>"
    return "\n".join(prefix + line for line in text.splitlines())
