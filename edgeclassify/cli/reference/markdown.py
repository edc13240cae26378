"""The page of all commands, in Markdown."""

from collections.abc import Iterator

from edgeclassify.cli.reference.described import Page
from edgeclassify.cli.reference.prose import Example, Offers, Paragraph, Points
from edgeclassify.cli.reference.surroundings import ENVIRONMENT, FILES, STATUSES

_HEAD = """\
# Commands

Made from the commands themselves (`edgeclassify reference --markdown docs/commands.md`). The same is at hand:
`edgeclassify COMMAND --help`, and `man edgeclassify-COMMAND`. Every command has `-h` and `--help`.
"""


def markdown_page(pages: tuple[Page, ...]) -> str:
    """All of it: an overview, each command, and what is true of all."""
    return "\n".join(
        [_HEAD, *_overview(pages), *(line for page in pages[1:] for line in _command(page)), *_rest()]
    )


def _overview(pages: tuple[Page, ...]) -> Iterator[str]:
    yield "| command | |\n|---|---|"
    for page in pages:
        if len(page.words) == 2:
            yield f"| [`{' '.join(page.words)}`](#{page.name}) | {_cell(page.summary)} |"
    yield ""


def _command(page: Page) -> Iterator[str]:
    yield f"{'#' * len(page.words)} {' '.join(page.words)}\n"
    yield f"`{page.call}`\n"
    for block in page.blocks:
        if isinstance(block, Paragraph):
            yield f"{_prose(block.text)}\n"
        elif isinstance(block, Points):
            yield "\n".join([*(f"* {_prose(point)}" for point in block.points), ""])
    if page.commands:
        links = (f"[{name}](#{page.name}-{name})" for name in page.commands)
        yield f"Commands: {', '.join(links)}.\n"
    if page.options:
        yield "| option | |\n|---|---|"
        for option in page.options:
            shown = "" if option.value is None else f" {option.value.shown}"
            yield f"| `{_cell(', '.join(option.names) + shown)}` | {_cell(_prose(option.help))} |"
        yield ""
    for block in page.blocks:
        if isinstance(block, Example | Offers):
            lines = block.lines if isinstance(block, Example) else [call for _, call in block.pairs]
            yield "\n".join(["```sh", *lines, "```", ""])


def _rest() -> Iterator[str]:
    yield "## Environment\n\n| variable | |\n|---|---|"
    yield from (f"| `{name}` | {_cell(_prose(meaning))} |" for name, meaning in ENVIRONMENT.items())
    yield "\n## Files\n\n| path | |\n|---|---|"
    yield from (f"| `{path}` | {_cell(_prose(meaning))} |" for path, meaning in FILES.items())
    yield "\n## Exit statuses\n\nThose of sysexits.h. Ctrl-C gives 130, as shells have it.\n"
    yield "| status | |\n|---|---|"
    yield from (f"| {status.value} | {_cell(meaning)} |" for status, meaning in STATUSES.items())
    yield ""


def _prose(text: str) -> str:
    """One blank between words, and no bracket that Markdown takes for a link or a tag."""
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
