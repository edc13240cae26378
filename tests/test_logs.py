"""Log lines as journald, a terminal and a file want them."""

import io
import logging
import os
import sys

import pytest

from edgeclassify.logs import (
    JournalFormatter,
    JournalHandler,
    TerminalFormatter,
    for_stream,
    goes_to_journal,
    set_level,
    set_up_logging,
)

log = logging.getLogger("edgeclassify.test")


def record(level: int, text: str) -> logging.LogRecord:
    return logging.LogRecord("edgeclassify", level, __file__, 1, text, None, None)


def test_journal_lines_carry_their_priority() -> None:
    formatter = JournalFormatter("%(message)s")
    assert (
        formatter.format(record(logging.WARNING, "broker lost\nsecond line")) == "<4>broker lost\n<4>second line"
    )
    assert formatter.format(record(logging.ERROR, "x")) == "<3>x"
    assert formatter.format(record(logging.INFO, "x")) == "<6>x"


def test_terminal_lines_are_coloured_when_they_matter() -> None:
    formatter = TerminalFormatter("%(message)s")
    assert formatter.format(record(logging.INFO, "x")) == "x"
    assert formatter.format(record(logging.ERROR, "x")) == "\x1b[31mx\x1b[0m"


def test_a_file_gets_plain_lines_of_our_own_level() -> None:
    stream = io.StringIO()
    set_up_logging("info", stream)
    log.info("front: frames are back")
    log.debug("not shown")
    logging.getLogger("library").info("not shown either")
    set_level("debug")
    log.debug("shown now")
    lines = stream.getvalue().splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == ["INFO    front: frames are back", "DEBUG   shown now"]


def test_the_journal_is_recognised_by_device_and_inode(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(read), os.fdopen(write, "w") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        assert goes_to_journal(stream)
        assert for_stream("2 faults\n  camera", logging.ERROR, stream) == "<3>2 faults\n<3>  camera"
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino + 1}")
        assert not goes_to_journal(stream)
        assert for_stream("2 faults", logging.ERROR, stream) == "2 faults"
    monkeypatch.delenv("JOURNAL_STREAM")
    assert not goes_to_journal(io.StringIO())


def test_a_handler_of_the_journal_is_closed_by_the_one_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[logging.Handler] = []
    monkeypatch.setattr(JournalHandler, "close", lambda self: closed.append(self))
    old = JournalHandler(io.StringIO())
    logging.getLogger().handlers[:] = [old]
    set_up_logging("info", io.StringIO())
    assert closed == [old]


def test_a_bug_is_logged_with_its_traceback() -> None:
    stream = io.StringIO()
    set_up_logging("info", stream)
    try:
        raise ZeroDivisionError("on purpose")
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert "CRITICAL a bug" in stream.getvalue()
    assert "ZeroDivisionError: on purpose" in stream.getvalue()
