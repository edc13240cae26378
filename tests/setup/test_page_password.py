"""The page's password, where it has its place and where its service is not here yet."""

from pathlib import Path

import pytest

from edgeclassify.service import places
from edgeclassify.setup.page_password import give_password
from edgeclassify.setup.terminal.screen import Colours, Screen

SCREEN = Screen(Colours.NONE, False, 200, 24, False)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a service that is not on this machine yet; the page is open to others."""
    path = tmp_path / "edgeclassify.toml"
    monkeypatch.setattr(places, "CONFIG", path)
    monkeypatch.setattr(places, "NAME", "nobody-has-this-name")
    return path


def page(**more: Path) -> str:
    keys = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    return f'[web]\nenabled = true\nlisten = "0.0.0.0"\n{keys}[[camera]]\nsource = "synthetic:"\n'


def test_a_file_that_the_config_names_needs_no_service(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "access.json"
    config.write_text(page(access_file=place))
    give_password(config, None, SCREEN)
    assert "shown this once" in capsys.readouterr().out
    assert place.exists()


def test_else_it_waits_for_the_service(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(page())
    give_password(config, None, SCREEN)
    assert "sudo edgeclassify web password" in capsys.readouterr().out
