"""Completions, in the real bash, fish and zsh."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.cli import MODULES
from edgeclassify.cli.teach import NAMES
from tests.cli.reference.shells import bash_offers, fish_offers, zsh_completed

Offers = Callable[[Path, str, Path], set[str]]
SHELLS = [
    pytest.param(bash_offers, "edgeclassify.bash", id="bash"),
    pytest.param(fish_offers, "edgeclassify.fish", id="fish"),
]


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    assert main(["reference", "--completions", str(folder)]) == 0
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with two files."""
    folder = tmp_path / "here"
    folder.mkdir()
    for name in ("front.jpg", "other.toml"):
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", set(MODULES)),
        ("te", {"teach"}),
        ("teach ", set()),  # a name of one's own
        ("teach gate ", set(NAMES)),
        ("teach --base builtin gate co", {"collect", "correct"}),
        ("teach gate add --c", {"--camera", "--config", "--count"}),
        ("teach gate add --count 3 --no-", {"--no-pictures"}),
        ("history --type ", {"start", "update", "lasting", "end"}),
        ("history --since 2h --per d", {"day"}),
        ("history --node ", set()),
        ("run --config o", {"other.toml"}),
        ("run -c o", {"other.toml"}),
        ("classify fr", {"front.jpg"}),
        ("refer", set()),  # hidden
    ],
)
@pytest.mark.parametrize(("offers", "script"), SHELLS)
def test_what_may_follow(
    scripts: Path, here: Path, offers: Offers, script: str, line: str, wanted: set[str]
) -> None:
    assert offers(here, f"edgeclassify {line}", scripts / script) == wanted


def test_behind_an_equals_sign(scripts: Path, here: Path) -> None:
    line = "edgeclassify history --type=u"
    assert bash_offers(here, line, scripts / "edgeclassify.bash") == {"update"}
    assert fish_offers(here, line, scripts / "edgeclassify.fish") == {"--type=update"}
    assert zsh_completed(here, line, scripts / "_edgeclassify") == "edgeclassify history --type=update"


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("te", "teach"),
        ("teach gate add --cam", "teach gate add --camera="),
        ("teach --base builtin gate cor", "teach --base builtin gate correct"),
        ("history --since 2h --per d", "history --since 2h --per day"),
        ("run -c o", "run -c other.toml"),
        ("classify fr", "classify front.jpg"),
        ("refer", "refer"),
    ],
)
def test_zsh_completes(scripts: Path, here: Path, line: str, completed: str) -> None:
    assert zsh_completed(here, f"edgeclassify {line}", scripts / "_edgeclassify") == f"edgeclassify {completed}"
