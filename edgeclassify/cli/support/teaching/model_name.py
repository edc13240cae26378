"""What stands between `teach` and its command: NAME, and --base."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")


def pass_name(command: Callable[Concatenate[str, P], R]) -> Callable[P, R]:
    """Hand the name of the model that is taught to the command, as its first argument."""

    @functools.wraps(command)
    def with_name(*arguments: P.args, **options: P.kwargs) -> R:
        name = _of_group("name")
        assert name is not None
        return command(name, *arguments, **options)

    return with_name


def base_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option --base, which may stand before the command too."""
    from edgeclassify.cli.support.models_option import not_empty

    option = click.option(
        "--base",
        metavar="MODEL",
        callback=lambda context, parameter, value: not_empty(context, parameter, value) or _of_group("base"),
        help="What it stands on: a model's name or file. [default: as it is; of a new one: builtin]",
    )
    return option(command)


def _of_group(name: str) -> str | None:
    group = click.get_current_context().parent
    assert group is not None
    value: str | None = group.params[name]
    return value
