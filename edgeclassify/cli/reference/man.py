"""Man pages, in the macros of man(7): one for the whole, one for each command."""

import re
from collections.abc import Iterable, Iterator

from edgeclassify import __version__
from edgeclassify.cli.reference.described import Option, Page
from edgeclassify.cli.reference.prose import Block, Example, Offers, Paragraph, Points
from edgeclassify.cli.reference.surroundings import ENVIRONMENT, FILES, STATUSES

SECTION = 1


def man_pages(pages: tuple[Page, ...]) -> dict[str, str]:
    """File name (edgeclassify-teach-add.1) → its text."""
    return {f"{page.name}.{SECTION}": "\n".join(_lines(page, pages)) + "\n" for page in pages}


def _lines(page: Page, pages: tuple[Page, ...]) -> Iterator[str]:
    whole = page is pages[0]
    yield '.\\" Made by `edgeclassify reference` from the command itself.'
    yield f'.TH {page.name.upper()} {SECTION} "" "edgeclassify {__version__}" "edgeclassify"\n.nh\n.ad l'
    yield from _heading(page, whole)
    if page.commands:
        yield ".SH COMMANDS"
        below = [one for one in pages if one.words[:-1] == page.words]
        for one in below:
            yield from _item(f"\\fB{_exact(one.name)}\\fR({SECTION})", one.summary)
    if page.options or whole:
        yield ".SH OPTIONS"
        for option in page.options:
            yield from _item(_option(option), option.help)
        if whole:
            yield from _item("\\fB\\-h\\fR, \\fB\\-\\-help\\fR", "Of this and of every command: show its help.")
    if whole:
        yield from _surroundings()
    yield from _examples(page.blocks)
    yield from _see_also(page, pages)


def _heading(page: Page, whole: bool) -> Iterator[str]:
    yield f".SH NAME\n{_exact(page.name)} \\- {_text(page.summary.rstrip('.'))}"
    yield f".SH SYNOPSIS\n{_call(page)}"
    yield ".SH DESCRIPTION"
    for number, block in enumerate(page.blocks):
        if isinstance(block, Paragraph):
            yield (".PP\n" if number else "") + _guarded(_text(block.text))
        elif isinstance(block, Points):
            yield from (f".IP \\(bu 2\n{_guarded(_text(point))}" for point in block.points)


def _call(page: Page) -> str:
    """The words that are typed bold, the rest as it is."""
    typed = set(page.words)
    return " ".join(f"\\fB{_exact(word)}\\fR" if word in typed else _exact(word) for word in page.call.split())


def _option(option: Option) -> str:
    names = ", ".join(f"\\fB{_exact(name)}\\fR" for name in option.names)
    return names if option.value is None else f"{names} \\fI{_exact(option.value.shown)}\\fR"


def _surroundings() -> Iterator[str]:
    for heading, facts in (("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        yield f".SH {heading}"
        for name, meaning in facts.items():
            yield from _item(f"\\fB{_exact(name)}\\fR", meaning)
    yield '.SH "EXIT STATUS"'
    for status, meaning in STATUSES.items():
        yield from _item(f"\\fB{status.value}\\fR", meaning)


def _examples(blocks: Iterable[Block]) -> Iterator[str]:
    lines = [line for block in blocks if isinstance(block, Example) for line in block.lines]
    lines += [f"{call}   # {wish}" for block in blocks if isinstance(block, Offers) for wish, call in block.pairs]
    if lines:
        yield ".SH EXAMPLES\n.nf"
        yield from (_guarded(_exact(line)) for line in lines)
        yield ".fi"


def _see_also(page: Page, pages: tuple[Page, ...]) -> Iterator[str]:
    """The command above, and what stands beside this one."""
    if page is not pages[0]:
        above = "-".join(page.words[:-1])
        others = [one.name for one in pages if one.words[:-1] == page.words[:-1] and one is not page]
        names = [above, *others] if len(page.words) > 2 else [above]
        yield '.SH "SEE ALSO"'
        yield ",\n".join(f"\\fB{_exact(name)}\\fR({SECTION})" for name in names)


def _item(term: str, text: str) -> Iterator[str]:
    yield f".TP\n{term}\n{_guarded(_text(text))}"


def _text(text: str) -> str:
    """Prose: what stands in backquotes is bold, runs of blanks are one."""
    text = " ".join(text.split()).replace("\\", "\\e")
    text = re.sub(r"(?<![\w-])(--?[a-z][\w-]*)", lambda found: _exact(found[1]), text)
    return re.sub(r"`([^`]+)`", lambda found: f"\\fB{found[1]}\\fR", text)


def _exact(text: str) -> str:
    """What is typed: its hyphens are those of the keyboard."""
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")


def _guarded(line: str) -> str:
    """A line that begins with a dot or an apostrophe is no request."""
    return f"\\&{line}" if line.startswith((".", "'")) else line
