"""Logs that fit where they go: entries with fields for journald, colour on a terminal, plain text elsewhere.

Who knows which camera or view a message is of says so: `log.info(…, extra={"camera": name})`, or "view". In the
journal that is a field, by which `journalctl CAMERA=name` finds it.
"""

import faulthandler
import logging
import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from edgeclassify.journal import Journal
from edgeclassify.redaction import scrubbed

# sd-daemon(3): "<N>" at the start of a line is its syslog priority.
PRIORITIES = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}
FIELDS = {"camera": "CAMERA", "view": "VIEW"}
"""What a message may be of, as `extra` of the log call, and as a field of the journal."""
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


class JournalHandler(logging.StreamHandler[TextIO]):
    """Each record as an entry of the journal; where journald's socket takes none, as lines on `stream`."""

    def __init__(self, stream: TextIO, journal: Journal | None = None) -> None:
        super().__init__(stream)
        self.setFormatter(JournalFormatter("%(message)s"))
        self._text = PlainFormatter("%(message)s")
        self._journal = Journal() if journal is None else journal

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises: who logs must go on."""
        try:
            is_sent = self._journal.send(self._fields(record))
        except Exception:  # noqa: BLE001 - whatever is logged wrongly: logging tells of it by itself
            self.handleError(record)
            return
        if not is_sent:
            super().emit(record)

    def close(self) -> None:
        """Release the socket."""
        self._journal.close()
        super().close()

    def _fields(self, record: logging.LogRecord) -> dict[str, str]:
        fields = {
            "MESSAGE": self._text.format(record),
            "PRIORITY": str(_priority(record.levelno)),
            "SYSLOG_IDENTIFIER": "edgeclassify",
            "LOGGER": record.name,
            "CODE_FILE": record.pathname,
            "CODE_LINE": str(record.lineno),
            "CODE_FUNC": record.funcName or "",
        }
        known = {FIELDS[key]: getattr(record, key) for key in FIELDS if hasattr(record, key)}
        return fields | {field: scrubbed(str(value)) for field, value in known.items()}


class TerminalFormatter(PlainFormatter):
    """Time, level and message; warnings and errors in colour."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a person wants it."""
        text = super().format(record)
        colour = COLOURS.get(record.levelno)
        return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def set_up_logging(level: str, stream: TextIO | None = None) -> None:
    """One handler, for the journal, or on stderr as a terminal or a file wants it. `level`: debug, info, …"""
    handler = _handler_for(sys.stderr if stream is None else stream)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        if isinstance(old, JournalHandler):  # those of others are theirs to close
            old.close()
    root.addHandler(handler)
    sys.excepthook = _log_uncaught
    set_level(level)


def _handler_for(stream: TextIO) -> logging.Handler:
    if goes_to_journal(stream):
        return JournalHandler(stream)
    handler = logging.StreamHandler(stream)
    is_coloured = stream.isatty() and "NO_COLOR" not in os.environ
    kind = TerminalFormatter if is_coloured else PlainFormatter
    handler.setFormatter(kind("%(asctime)s %(levelname)-7s %(message)s"))
    return handler


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
    prefix = f"<{_priority(level)}>"
    return "\n".join(prefix + line for line in text.splitlines())


def _priority(level: int) -> int:
    return PRIORITIES.get(level, 5)
