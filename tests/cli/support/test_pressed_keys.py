"""Keys on a terminal of the test's own."""

import os
import pty
import sys
import termios
from collections.abc import Iterator

import pytest

from edgeclassify.cli.support.pressed_keys import BOTTOM, TOP, Keys, QuitError


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What is written to this descriptor is typed on standard input."""
    keyboard, screen = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(screen, "r", closefd=False))
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())
    yield keyboard
    os.close(keyboard)
    os.close(screen)


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        (b"", 0),
        (b"j", 1),
        (b"jjjk", 2),
        (b"\x1b[B\x1b[B", 2),
        (b"\x1bOA", -1),
        (b"\x1b[6~", 10),
        (b" ", 10),
        (b"b\x1b[5~", -20),
        (b"j\x1b[6~k\x1b[A", 9),
        (b"g", TOP),
        (b"jG", BOTTOM),
        (b"\x1b[H", TOP),
        (b"\x1b[4~", BOTTOM),
        (b"xyz\x1b[99~\x1b", 0),
        (b"\x1b[1;5B", 0),
    ],
)
def test_what_keys_lead_to(typed: bytes, rows: int, terminal: int) -> None:
    with Keys() as keys:
        os.write(terminal, typed)
        assert keys.rows(10) == rows
        assert keys.rows(10) == 0, "once"


@pytest.mark.parametrize("typed", [b"q", b"Q", b"jjq"])
def test_q_ends_it(typed: bytes, terminal: int) -> None:
    with Keys() as keys:
        os.write(terminal, typed)
        with pytest.raises(QuitError):
            keys.rows(10)


def test_a_page_is_a_row_at_least(terminal: int) -> None:
    with Keys() as keys:
        os.write(terminal, b" ")
        assert keys.rows(0) == 1


def test_the_terminal_is_given_back_as_it_was(terminal: int) -> None:
    before = termios.tcgetattr(sys.stdin.fileno())
    with Keys():
        inside = termios.tcgetattr(sys.stdin.fileno())
        assert not inside[3] & (termios.ECHO | termios.ICANON)
        assert inside[3] & termios.ISIG, "Ctrl-C stays what it is"
    assert termios.tcgetattr(sys.stdin.fileno()) == before


def test_in_the_background_the_terminal_is_left_alone(terminal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
    before = termios.tcgetattr(sys.stdin.fileno())
    with Keys() as keys:
        assert termios.tcgetattr(sys.stdin.fileno()) == before
        os.write(terminal, b"q\n")
        assert keys.rows(10) == 0


@pytest.mark.parametrize("stdin", [None, os.devnull])
def test_without_a_terminal_there_are_no_keys(stdin: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None if stdin is None else open(stdin))  # noqa: PTH123, SIM115
    with Keys() as keys:
        assert keys.rows(10) == 0
    if stdin is not None:
        sys.stdin.close()


def test_a_terminal_that_goes_away_is_the_end_of_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard, screen = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(screen, "r", closefd=False))
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())
    with Keys() as keys:
        os.close(keyboard)
        assert keys.rows(10) == 0
        assert keys.rows(10) == 0
    os.close(screen)
