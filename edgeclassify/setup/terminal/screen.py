"""What a terminal can show, and lines on it."""

import os
import shutil
import sys
from collections.abc import Mapping
from enum import IntEnum

import click

from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import scrubbed


class Colours(IntEnum):
    """How many colours there are: none, the 256 of xterm, or all of 24 bits."""

    NONE = 0
    INDEXED = 1
    TRUE = 2


@dataclass(frozen=True, slots=True)
class Screen:
    """`width`, `height`: in letters. `unicode`: it has blocks and marks, not only ASCII. `seen_by_people`: it is a
    terminal."""

    colours: Colours
    unicode: bool
    width: int
    height: int
    seen_by_people: bool

    @classmethod
    def of_output(cls, environment: Mapping[str, str] | None = None) -> "Screen":
        """That of standard output, as it is now."""
        variables = os.environ if environment is None else environment
        stream = sys.stdout
        is_terminal = stream is not None and stream.isatty()
        size = shutil.get_terminal_size((80, 24))
        encoding = (getattr(stream, "encoding", None) or "ascii").lower()
        is_dumb = variables.get("TERM", "dumb") in ("dumb", "unknown", "")
        return cls(
            _colours(variables) if is_terminal and not is_dumb else Colours.NONE,
            encoding.replace("-", "").startswith("utf8") and not is_dumb,
            max(20, size.columns),
            max(10, size.lines),
            is_terminal,
        )

    def heading(self, text: str) -> None:
        """A line that begins something, parted from what was before."""
        click.echo()
        self._line(text, bold=True)

    def plain(self, text: str, indent: int = 2) -> None:
        """A line as it is."""
        self._line(f"{' ' * indent}{text}")

    def note(self, text: str) -> None:
        """A line that need not be read."""
        self._line(f"  {text}", dim=True)

    def command(self, about: str, command: str) -> None:
        """What can be run, on one line however long: it is copied from here."""
        click.echo(printable(f"  {about}: {command}"))

    def good(self, text: str) -> None:
        """Something was tried, and works."""
        self._marked("✓" if self.unicode else "ok:", "green", text)

    def warning(self, text: str) -> None:
        """Something to know of what works."""
        self._marked("!", "yellow", text)

    def bad(self, text: str) -> None:
        """Something was tried, and does not work."""
        self._marked("✗" if self.unicode else "no:", "red", text)

    def picture(self, line: str) -> None:
        """A line of a picture."""
        click.echo(line, color=bool(self.colours))

    def once(self, text: str) -> None:
        """A line with a secret in it that somebody has to read, and that shows nowhere else."""
        click.echo(f"  {text}")

    def _marked(self, mark: str, colour: str, text: str) -> None:
        shown = click.style(mark, fg=colour) if self.colours else mark
        first, *rest = self._wrapped(scrubbed(text), len(mark) + 3)
        click.echo(f"  {shown} {first}")
        for line in rest:
            click.echo(f"{' ' * (len(mark) + 3)}{line}")

    def _line(self, text: str, *, bold: bool = False, dim: bool = False) -> None:
        indent = len(text) - len(text.lstrip())
        for line in self._wrapped(scrubbed(text.strip()), indent) if text.strip() else [""]:
            shown = " " * indent + line
            click.echo(click.style(shown, bold=bold or None, dim=dim or None) if self.colours else shown)

    def _wrapped(self, text: str, indent: int) -> list[str]:
        """Lines of a terminal's width, cut at spaces; what is no terminal gets each whole. What would act on it,
        as names of cameras and brokers may, is escaped."""
        lines = [printable(line) for line in text.splitlines()]
        if not self.seen_by_people:
            return lines or [""]
        width = max(20, min(self.width, 100) - indent - 1)
        return [part for line in lines for part in _cut(line, width)] or [""]


def _cut(line: str, width: int) -> list[str]:
    """Words that are longer stay whole: paths and commands are copied from here."""
    from textwrap import wrap

    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(line, width, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent) or [""]


def _colours(variables: Mapping[str, str]) -> Colours:
    """As NO_COLOR (no-color.org), COLORTERM and TERM say."""
    if variables.get("NO_COLOR"):
        return Colours.NONE
    if variables.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Colours.TRUE
    term = variables.get("TERM", "")
    if "direct" in term or "truecolor" in term:
        return Colours.TRUE
    return Colours.INDEXED
