"""What `check` says of a node that looks for updates: none of it ends the daemon's start."""

from pathlib import Path

import pytest

from edgeclassify.config import parse_config
from edgeclassify.preflight import updates
from edgeclassify.preflight.named_files import Files
from edgeclassify.preflight.updates import update_problems

KEY = "QUhKcTN2b0xkM1pjUW9XY0hPaGE3RnVmTzJIc1Q0Qm0="


def problems(folder: Path, url: str = "https://h/u", key: str = KEY, *, elsewhere: bool = False) -> list[str]:
    document = {"camera": [{"source": "synthetic:"}], "updates": {"url": url, "public_key": key}}
    found = update_problems(parse_config(document, "test.toml", folder), Files(None, elsewhere))
    assert not any(problem.is_fault for problem in found)
    return [problem.text for problem in found]


def test_a_node_that_can_take_them(tmp_path: Path) -> None:
    (tmp_path / "fleet.pub").write_text(f"{KEY}\n")
    assert problems(tmp_path) == problems(tmp_path, "file:/media/u", "fleet.pub") == []


def test_http_is_said(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "http://h/u")
    assert found.startswith("updates.url: http: others can read")


def test_a_key_s_file_is_looked_at(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, key="fleet.pub")
    assert found.startswith(f"updates.public_key: {tmp_path / 'fleet.pub'} is not on this machine")
    (tmp_path / "fleet.pub").write_text("nonsense")
    (found,) = problems(tmp_path, key="fleet.pub")
    assert found.startswith("updates.public_key: expected a public key of 44 characters")
    assert problems(tmp_path, key="none.pub", elsewhere=True) == []


def test_the_package_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "find_spec", lambda _: None)
    (found,) = problems(tmp_path)
    assert "pip install 'edgeclassify[updates]'" in found


def test_who_asks_for_none_hears_nothing(tmp_path: Path) -> None:
    config = parse_config({"camera": [{"source": "synthetic:"}]}, "test.toml", tmp_path)
    assert update_problems(config, Files(None)) == []
