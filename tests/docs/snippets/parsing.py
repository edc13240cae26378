"""Would the command take this line: click reads it, and nothing is run."""

from pathlib import Path

import click

from edgeclassify.cli import commands

PROGRAM = "edgeclassify"


def is_ours(words: list[str]) -> bool:
    """.venv/bin/edgeclassify too."""
    return Path(words[0]).name == PROGRAM


def fault_of(arguments: list[str]) -> str | None:
    """What click says of them; None where all is right.

    A file that is not here is no fault: it is one of the reader's.
    """
    if arguments[:1] in (["--help"], ["-h"], ["--version"]):
        return None
    command: click.Command = commands
    context = None
    name = PROGRAM
    try:
        while True:
            if "--help" in arguments or "-h" in arguments:
                return None
            context = command.make_context(name, list(arguments), parent=context)
            if not isinstance(command, click.Group):
                return None
            rest = [*_first_words(context), *context.args]
            if not rest:
                return None if command.invoke_without_command else f"{name}: no command"
            found_name, found, arguments = command.resolve_command(context, rest)
            assert found is not None
            command, name = found, found_name or ""
    except click.exceptions.NoArgsIsHelpError:
        return f"{name}: no command"
    except click.ClickException as error:
        return None if "does not exist" in error.format_message() else error.format_message()


def _first_words(context: click.Context) -> list[str]:
    """Of a group: the name of its command, which click 8.2 moved."""
    facts = vars(context)
    words: list[str] = facts.get("_protected_args", facts.get("protected_args", []))
    return words
