"""Groups whose commands are imported when they run."""

import subprocess
import sys

import click
import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli import MODULES, commands
from edgeclassify.cli.support.lazy_group import LazyGroup
from edgeclassify.cli.teach import NAMES, teach


@pytest.mark.parametrize(("group", "names"), [(commands, MODULES), (teach, NAMES)])
def test_each_name_is_a_command(group: click.Command, names: tuple[str, ...]) -> None:
    assert isinstance(group, LazyGroup)
    context = click.Context(group)
    assert group.list_commands(context) == list(names)
    for name in names:
        command = group.get_command(context, name)
        assert command is not None
        assert command.name == name
    assert group.get_command(context, "support") is None


@pytest.mark.parametrize("arguments", [["--help"], ["teach", "--help"], ["teach", "gate", "add", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from edgeclassify.__main__ import main; main(sys.argv[1:]); "
        "sys.exit(bool({'numpy', 'cv2', 'pydantic', 'rich'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage: edgeclassify" in done.stdout


def test_a_word_that_is_none_is_answered_with_what_may_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["teach", "gate", "fitt"]) == 64
    said = capsys.readouterr().err
    assert f"Commands: {', '.join(NAMES)}. " in said
    assert 'Did you mean "fit"?' in said
