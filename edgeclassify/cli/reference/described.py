"""The commands as records, read from click: what a man page, a completion and a page in Markdown are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import click

from edgeclassify.cli.reference.prose import Block, blocks_of

_FILE_WORDS = re.compile(r"FILE|FOLDER|PATH|CSV|SVG")
_RANGES = (
    (re.compile(r"(\S+)<=x<=(\S+?)(?=[];])"), r"\1 to \2"),
    (re.compile(r"(\S+)<x<=(\S+?)(?=[];])"), r"more than \1, at most \2"),
    (re.compile(r"x>=(\S+?)(?=[];])"), r"at least \1"),
    (re.compile(r"x>(\S+?)(?=[];])"), r"more than \1"),
)


@dataclass(frozen=True)
class Value:
    """What stands behind an option, or in the place of an argument: one of `choices`, a file, or any word."""

    shown: str
    choices: tuple[str, ...] = ()
    is_file: bool = False


@dataclass(frozen=True)
class Option:
    """`names`: as they are written (-c, --config; --tls, --no-tls). `value`: None for one that stands alone."""

    names: tuple[str, ...]
    value: Value | None
    help: str

    @property
    def short_help(self) -> str:
        """Its first sentence, without the full stop, default and range."""
        text = self.help.partition("  [")[0].partition(" [default")[0].partition(" [env")[0]
        return re.split(r"(?<=[^.])\. ", text)[0].rstrip(".:;")


@dataclass(frozen=True)
class Page:
    """One command. `words`: those that call it, the program's name first; `arguments`: in their order."""

    words: tuple[str, ...]
    call: str
    summary: str
    blocks: tuple[Block, ...]
    options: tuple[Option, ...]
    arguments: tuple[Value, ...]
    commands: tuple[str, ...]

    @property
    def name(self) -> str:
        """As its man page is called: edgeclassify-teach-add."""
        return "-".join(self.words)


def described(command: click.Command, program: str) -> tuple[Page, ...]:
    """`command` and all below it that are not hidden, each before those below it, in the order of the help."""
    return tuple(_pages(command, None, program, (program,), program))


def _pages(
    command: click.Command, parent: click.Context | None, info_name: str, words: tuple[str, ...], call: str
) -> Iterator[Page]:
    context = click.Context(command, parent=parent, info_name=info_name)
    below = _commands_of(command, context)
    yield Page(
        words=words,
        call=" ".join([call, *command.collect_usage_pieces(context)]),
        summary=command.get_short_help_str(limit=200),
        blocks=blocks_of(command.help or ""),
        options=tuple(_options(command, context)),
        arguments=tuple(_argument(one) for one in command.params if isinstance(one, click.Argument)),
        commands=tuple(below),
    )
    shown = [_argument(one).shown for one in command.params if isinstance(one, click.Argument)]
    for name, one in below.items():
        yield from _pages(one, context, name, (*words, name), " ".join([call, *shown, name]))


def _commands_of(command: click.Command, context: click.Context) -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {}
    found = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name: one for name, one in found.items() if one is not None and not one.hidden}


def _options(command: click.Command, context: click.Context) -> Iterator[Option]:
    for one in command.get_params(context):
        record = one.get_help_record(context) if isinstance(one, click.Option) else None
        if record is None or "--help" in one.opts:
            continue
        written, text = record
        names = tuple(sorted([*one.opts, *one.secondary_opts], key=lambda name: name.startswith("--")))
        shown = re.sub(r"^-[^, ]+(,? (/ )?-[^, ]+)* *", "", written)
        yield Option(names, _value(one, shown) if shown else None, _in_words(text))


def _argument(argument: click.Argument) -> Value:
    return _value(argument, argument.metavar or (argument.name or "").upper())


def _value(parameter: click.Parameter, shown: str) -> Value:
    kind = parameter.type
    choices = tuple(str(one) for one in kind.choices) if isinstance(kind, click.Choice) else ()
    is_file = isinstance(kind, click.Path) or bool(_FILE_WORDS.search(shown))
    if isinstance(kind, click.Path) and parameter.metavar is None:
        shown = shown.replace("PATH", "FILE")
    shown = re.sub(r"(INTEGER|FLOAT)( RANGE)?", "NUMBER", shown)
    return Value(shown, choices, is_file)


def _in_words(text: str) -> str:
    """Ranges as click writes them, [1<=x<=100], in words."""
    for pattern, words in _RANGES:
        text = pattern.sub(words, text)
    return " ".join(text.split()) if "  [" not in text else text
