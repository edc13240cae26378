"""What a terminal can show."""

import io
import sys

import pytest

from edgeclassify.redaction import remember
from edgeclassify.setup.terminal.screen import Colours, Screen

Output = pytest.CaptureFixture[str]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "colours", "unicode"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Colours.TRUE, True),
        ({"TERM": "xterm-256color"}, Colours.INDEXED, True),
        ({"TERM": "xterm-direct"}, Colours.TRUE, True),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": "1"}, Colours.NONE, True),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, Colours.NONE, False),
        ({}, Colours.NONE, False),
    ],
)
def test_colours(
    environment: dict[str, str], colours: Colours, unicode: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    found = Screen.of_output(environment)
    assert (found.colours, found.unicode, found.seen_by_people) == (colours, unicode, True)


def test_a_file_gets_neither_colours_nor_line_ends(capsys: Output) -> None:
    screen = Screen.of_output({"TERM": "xterm", "COLORTERM": "truecolor"})
    screen.good("word " * 60)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count("\n") == 1


def test_nothing_acts_on_the_terminal(capsys: Output) -> None:
    screen = Screen.of_output({"TERM": "dumb"})
    for show in (screen.plain, screen.good, screen.warning, screen.note):
        show("a camera\x1b[2J of \x07mine")
    screen.command("try", "rm \x1b]0;x")
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count("a camera\\x1b[2J of \\x07mine") == 4


def test_words_are_cut_at_spaces_and_paths_stay_whole(capsys: Output) -> None:
    path = f"/{'long/' * 30}"
    Screen(Colours.NONE, False, 40, 24, True).bad(f"some words before {path} and behind it")
    lines = capsys.readouterr().out.splitlines()
    assert any(path in line for line in lines)
    assert all(len(line) <= 40 or path in line for line in lines)


def test_no_secret_is_shown(capsys: Output) -> None:
    remember(["squirrel77"])
    screen = Screen(Colours.NONE, False, 80, 24, True)
    for say in (screen.heading, screen.plain, screen.note, screen.good, screen.warning, screen.bad):
        say("it is squirrel77, they say")
    assert "squirrel77" not in capsys.readouterr().out
