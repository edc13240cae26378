"""Questions on a terminal: each has an answer that Enter gives. Where nobody sits, that is the answer."""

import sys
from collections.abc import Sequence

import click

from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.redaction import scrubbed
from edgeclassify.setup.terminal.screen import Screen
from edgeclassify.typed_line import typed_line

_LEAST_SHOWN = 8
"""Letters: less says nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers. `key`: for the program; `about`: behind it, need not be read."""

    key: str
    text: str
    about: str = ""


class Talk:
    """`asks` False: nobody is asked, and each answer is the usual one."""

    def __init__(self, screen: Screen, *, asks: bool) -> None:
        self.screen, self.asks = screen, asks

    def hint(self, text: str) -> None:
        """Said before a question, where one is asked."""
        if self.asks:
            self.screen.note(text)

    def text(self, question: str, usual: str, *, may_be_empty: bool = False) -> str:
        """A line of text; Enter is `usual`. `may_be_empty`: a single - says: nothing."""
        if not self.asks:
            return usual
        hint = "" if not may_be_empty else " (- for none)" if usual else " (Enter: none)"
        while True:
            said = self._typed(f"{question}{hint}", usual)
            if may_be_empty and said == "-":
                return ""
            if said or may_be_empty:
                return said

    def secret(self, question: str, *, usual_is: str = "") -> str | None:
        """A line that is not shown; None: Enter, which means `usual_is`."""
        if not self.asks:
            return None
        hint = f" (Enter: {usual_is})" if usual_is else ""
        return str(click.prompt(f"  {question}{hint}", default="", hide_input=True, show_default=False)) or None

    def yes(self, question: str, usual: bool = True) -> bool:
        """Yes or no."""
        if not self.asks:
            return usual
        while True:
            said = self._typed(question, "", "Y/n" if usual else "y/N").lower()
            if said in ("", "y", "yes", "n", "no"):
                return usual if not said else said.startswith("y")
            self.screen.warning("expected y or n")

    def choice(self, question: str, choices: Sequence[Choice], usual: str) -> str:
        """The key of one of several."""
        if not self.asks:
            return usual
        keys = [one.key for one in choices]
        for number, one in enumerate(choices, 1):
            self._row(f"{number:>2}", one)
        wanted = str(keys.index(usual) + 1) if usual in keys else "1"
        while True:
            said = self._typed(question, wanted)
            if said.isdecimal() and 1 <= int(said) <= len(keys):
                return keys[int(said) - 1]
            if said in keys:
                return said
            self.screen.warning(f"expected a number from 1 to {len(keys)}, found {said[:40]!r}")

    def _typed(self, question: str, usual: str, shown: str = "") -> str:
        """Raises click.Abort where nobody wants to go on."""
        offered = f" [{shown or usual}]" if shown or usual else ""
        try:
            return typed_line(printable(f"  {question}{offered}: ")).strip() or usual
        except (EOFError, KeyboardInterrupt):
            raise click.Abort from None

    def _row(self, number: str, one: Choice) -> None:
        """One line; of what need not be read only as much as there is room for."""
        text, about = printable(scrubbed(one.text)), printable(scrubbed(one.about))
        room = self.screen.width - len(text) - 8
        if len(about) > room:
            about = f"{about[: room - 1]}{'…' if self.screen.unicode else '~'}" if room > _LEAST_SHOWN else ""
        shown = f"  {about}" if about else ""
        click.echo(f"  {number}  {text}{click.style(shown, dim=True) if self.screen.colours else shown}")


def somebody_sits_here() -> bool:
    """True where questions can be put and answered: both ends are a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
