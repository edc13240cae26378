"""Questions on a terminal: each has an answer that Enter gives. Where nobody sits, that is the answer."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from edgeclassify.redaction import scrubbed
from edgeclassify.setup.terminal.screen import Screen


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
        hint = " (- for none)" if may_be_empty and usual else ""
        said = str(
            click.prompt(
                f"  {question}{hint}",
                default=usual,
                show_default=bool(usual),
                prompt_suffix=": ",
                value_proc=lambda text: text.strip(),
            )
        )
        if not said and not may_be_empty:
            return self.text(question, usual)
        return "" if may_be_empty and said == "-" else said

    def secret(self, question: str, *, usual_is: str = "") -> str | None:
        """A line that is not shown; None: Enter, which means `usual_is`."""
        if not self.asks:
            return None
        hint = f" (Enter: {usual_is})" if usual_is else ""
        said = str(click.prompt(f"  {question}{hint}", default="", hide_input=True, show_default=False))
        return said or None

    def yes(self, question: str, usual: bool = True) -> bool:
        """Yes or no."""
        return click.confirm(f"  {question}", default=usual) if self.asks else usual

    def choice(self, question: str, choices: Sequence[Choice], usual: str) -> str:
        """The key of one of several."""
        if not self.asks:
            return usual
        keys = [one.key for one in choices]
        for number, one in enumerate(choices, 1):
            self._row(f"{number:>2}", one)
        wanted = str(keys.index(usual) + 1) if usual in keys else "1"
        while True:
            said = click.prompt(f"  {question}", default=wanted, prompt_suffix=": ").strip()
            if said.isdecimal() and 1 <= int(said) <= len(keys):
                return keys[int(said) - 1]
            if said in keys:
                return said
            self.screen.warning(f"expected a number from 1 to {len(keys)}, found {said[:40]!r}")

    def _row(self, number: str, one: Choice) -> None:
        about = f"  {one.about}" if one.about else ""
        text = scrubbed(f"{one.text}{about}")
        room = self.screen.width - 7
        if about and len(text) > room:  # what it is stands in a line of its own
            click.echo(f"  {number}  {scrubbed(one.text)}")
            self.screen.note(f"    {one.about}")
        else:
            shown = click.style(about, dim=True) if self.screen.colours else about
            click.echo(f"  {number}  {scrubbed(one.text)}{scrubbed(shown)}")


def somebody_sits_here() -> bool:
    """True where questions can be put and answered: both ends are a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
