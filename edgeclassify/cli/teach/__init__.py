"""`edgeclassify teach NAME …`: classes of one's own, taught by examples; a module for each of its commands."""

from __future__ import annotations

import click

from edgeclassify.cli.support.lazy_group import LazyGroup
from edgeclassify.cli.support.models_option import not_empty

NAMES = (
    "add",
    "collect",
    "clusters",
    "fit",
    "test",
    "list",
    "correct",
    "review",
    "move",
    "remove",
    "undo",
    "export",
    "import",
)
"""In the order of the help; each is a module beside this one."""
_ON_OTHER_BASE = (None, "add", "fit")


class TeachGroup(LazyGroup):
    """Takes --base behind NAME too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, which expects the options of a group before its arguments."""
        words = 2 if args[1:2] == ["--base"] else sum(word.startswith("--base=") for word in args[1:2])
        args = [*args[1 : 1 + words], *args[:1], *args[1 + words :]]
        return super().parse_args(ctx, args)


def _no_command(_: click.Context, __: click.Parameter, value: str) -> str:
    if value in NAMES:
        raise click.UsageError(
            f"teach: expected the model's name before {value!r}, found none: edgeclassify teach NAME {value} …"
        )
    return value


@click.group(
    cls=TeachGroup,
    package=__name__,
    names=NAMES,
    short_help="Teach it classes of your own, by examples.",
    invoke_without_command=True,
)
@click.argument("name", metavar="NAME", callback=_no_command)
@click.option(
    "--base",
    metavar="MODEL",
    callback=not_empty,
    help="What it stands on: a model's name or file. Without a command: put the model that is there on it.",
)
@click.pass_context
def teach(context: click.Context, name: str, base: str | None) -> None:
    """Teach it classes of your own: the model NAME, by some examples of each class.

    NAME is then a model as any other: --model NAME, and model = "NAME" in the config. It stands on a network that
    is here already; nothing is fetched, and nothing leaves this machine.

    \b
    Example:  edgeclassify teach gate add open pictures/open/
              edgeclassify teach gate add closed pictures/closed/
              edgeclassify teach gate fit
              edgeclassify classify --model gate photo.jpg
              edgeclassify teach gate --base mobilenet_v2
    """
    if base is not None and context.invoked_subcommand not in _ON_OTHER_BASE:
        raise click.UsageError(
            f"--base: expected it with add, fit or no command, found {context.invoked_subcommand}."
        )
    if context.invoked_subcommand is None:
        from edgeclassify.cli.teach import fit, list_

        if base is None:
            context.invoke(list_.list_)
        else:
            context.invoke(fit.fit, base=base)
