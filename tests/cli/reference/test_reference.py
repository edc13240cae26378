"""`edgeclassify reference`: man pages that man and mandoc take, and the page of commands."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli import commands
from edgeclassify.cli.reference.described import described
from edgeclassify.cli.reference.surroundings import ENVIRONMENT, STATUSES
from edgeclassify.errors import ExitStatus
from tests.support.waiting import patient

ROOT = Path(__file__).resolve().parents[3]
PAGES = described(commands, "edgeclassify")


@pytest.fixture(scope="module")
def man(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    assert main(["reference", "--man", str(folder)]) == 0
    return folder


def shown(page: Path) -> str:
    """As man shows it on a wide terminal, and without a warning."""
    if shutil.which("man") is None or shutil.which("groff") is None:
        pytest.skip("needs man and groff (Debian: apt-get install man-db groff)")
    command = ["man", "--warnings", "-E", "UTF-8", "-l", str(page)]
    environment = {"MANWIDTH": "400", "PATH": "/usr/bin:/bin", "MAN_KEEP_FORMATTING": "", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=patient(60), check=True
    )
    assert done.stderr == ""
    return re.sub(" +", " ", done.stdout)


def test_each_command_has_a_man_page(man: Path) -> None:
    names = {path.name for path in man.iterdir()}
    assert names == {f"{page.name}.1" for page in PAGES}
    assert {"edgeclassify.1", "edgeclassify-run.1", "edgeclassify-teach-add.1"} <= names
    assert "edgeclassify-reference.1" not in names


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_man_shows_them_without_a_warning(man: Path, name: str) -> None:
    page = next(page for page in PAGES if page.name == name)
    text = shown(man / f"{name}.1")
    assert page.call.replace("...", "") in text.replace("...", "")
    for option in page.options:
        assert ", ".join(option.names) in text
        assert " ".join(option.help.replace("`", "").split()) in text


def test_mandoc_finds_no_fault(man: Path) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("needs mandoc (Debian: apt-get install mandoc)")
    command = ["mandoc", "-T", "lint", "-W", "warning", *map(str, sorted(man.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(60), check=False)
    # A date would have to be that of the build: the same bytes come of the same code.
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_the_database_of_man_pages_can_read_their_names(man: Path) -> None:
    if shutil.which("lexgrog") is None:
        pytest.skip("needs lexgrog (Debian: apt-get install man-db)")
    for path in sorted(man.iterdir()):
        done = subprocess.run(
            ["lexgrog", str(path)], capture_output=True, text=True, timeout=patient(60), check=True
        )
        assert f'"{path.stem} - ' in done.stdout


def test_the_page_of_commands_is_that_of_today(tmp_path: Path) -> None:
    assert main(["reference", "--markdown", str(tmp_path / "commands.md")]) == 0
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert (tmp_path / "commands.md").read_text(encoding="utf-8") == page, "docs/commands.md is old: make docs"


def test_every_variable_of_an_option_is_explained() -> None:
    for command in every(commands):
        for parameter in command.params:
            assert parameter.envvar is None or parameter.envvar in ENVIRONMENT


def test_every_variable_of_ours_is_explained() -> None:
    sources = "\n".join(path.read_text() for path in sorted((ROOT / "edgeclassify").rglob("*.py")))
    assert set(re.findall(r'"(EDGECLASSIFY_[A-Z_]+)"', sources)) == set(ENVIRONMENT)


def test_every_exit_status_is_explained() -> None:
    assert list(STATUSES) == list(ExitStatus)


def every(command: click.Command) -> list[click.Command]:
    if not isinstance(command, click.Group):
        return [command]
    context = click.Context(command)
    below = [command.get_command(context, name) for name in command.list_commands(context)]
    return [command, *(one for each in below if each is not None for one in every(each))]


def test_nothing_to_write_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reference"]) == ExitStatus.USAGE
    assert "expected --man, --completions or --markdown, found none" in capsys.readouterr().err


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["reference", "--man", str(tmp_path / "file" / "man")]) == ExitStatus.CANNOT_WRITE
    assert f"{tmp_path}/file/man: can't be written: Not a directory" in capsys.readouterr().err


def test_it_is_no_command_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "reference" not in capsys.readouterr().out
