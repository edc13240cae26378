"""Groups of commands whose modules are imported only when their command runs, so that --help is quick."""

import builtins
import importlib
import keyword
from collections.abc import Sequence
from typing import Any

import click


class LazyGroup(click.Group):
    """The commands `names`, in the order of the help: NAME is the function NAME in the package's module NAME.

    Both are called NAME_ where NAME is a word of Python's own (import, list), and have "_" for each "-" of it.
    `package`: its dotted name. `hidden`: those of which no help tells, since no person needs them.
    """

    def __init__(
        self, *arguments: Any, package: str, names: Sequence[str], hidden: Sequence[str] = (), **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._package, self._names, self._hidden = package, tuple(names), tuple(hidden)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of the help."""
        return list(self._names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None for unknown ones."""
        if cmd_name not in self._names + self._hidden:
            return None
        name = cmd_name.replace("-", "_")
        name = f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name
        command: click.Command = getattr(importlib.import_module(f"{self._package}.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with "did you mean" for a word that is no command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from edgeclassify.suggestions import did_you_mean

            hint = did_you_mean(args[0], self._names)
            raise click.UsageError(
                f"{error.message.rstrip('.')}. Commands: {', '.join(self._names)}. {hint}".rstrip(), ctx
            ) from error
