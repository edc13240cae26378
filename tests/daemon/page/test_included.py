"""A change of a config of several files goes into the main one alone, and says which other file says the key."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import config_of
from edgeclassify.config.editing.edited import edited
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.config.layers.layered import Layered, layered
from edgeclassify.daemon.page.included import included_notes, with_tables
from edgeclassify.documents.toml import parse_toml
from edgeclassify.errors import ConfigError

COMMON = """[model]
threads = 2
[[camera]]
name = "front"
source = "synthetic:"
[[view]]
name = "gate"
camera = "front"
top = 5
"""
MAIN = 'include = ["common.toml"]\n# mine\n[[camera]]\nname = "back"\nsource = "synthetic:"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "common.toml").write_text(COMMON)
    (tmp_path / "main.toml").write_text(MAIN)
    return tmp_path / "main.toml"


def whole_of(path: Path) -> Layered:
    return layered(parse_toml(path.read_text()), path)


def changed(path: Path, *keys: tuple[tuple[str, ...], Any]) -> str:
    text, asked = path.read_text(), [KeyChange(*key) for key in keys]
    return edited(with_tables(text, parse_toml(text), whole_of(path), asked), asked).text


def test_a_view_of_another_file_gets_a_table_with_what_was_changed_alone(path: Path) -> None:
    text = changed(path, (("view", "gate", "top"), 4), (("camera", "front", "rotation"), 180))
    assert text.startswith(MAIN.rstrip())
    assert parse_toml(text)["view"] == [{"name": "gate", "top": 4}]
    assert parse_toml(text)["camera"][1] == {"name": "front", "rotation": 180}
    config = config_of(parse_toml(text), path)
    assert [(view.name, view.camera, view.top) for view in config.view] == [("gate", "front", 4)]
    assert {camera.name: camera.rotation for camera in config.camera} == {"front": 180, "back": 0}


def test_what_the_main_file_has_is_changed_there(path: Path) -> None:
    text = changed(path, (("camera", "back", "rotation"), 180))
    assert parse_toml(text)["camera"] == [{"name": "back", "source": "synthetic:", "rotation": 180}]


def test_what_is_nowhere_is_refused_as_ever(path: Path) -> None:
    path.write_text(MAIN + '[[view]]\nname = "door"\ncamera = "back"\n')
    with pytest.raises(ConfigError, match="expected one of door, found none"):
        changed(path, (("view", "none", "top"), 4))


def test_a_view_of_another_file_can_t_be_taken_away_here(path: Path) -> None:
    with pytest.raises(
        ConfigError, match=f"view.gate: comes from {path.with_name('common.toml')}. Take it out there"
    ):
        changed(path, (("view", "gate"), None))


def test_a_note_says_which_file_says_it_too(path: Path) -> None:
    def notes(*keys: tuple[tuple[str, ...], Any]) -> list[str]:
        return list(included_notes(whole_of(path), [KeyChange(*key) for key in keys]))

    common = path.with_name("common.toml")
    assert notes((("view", "gate", "top"), 4)) == [
        f"view.gate.top: what {common} says of it is overridden here, and stays as it is there"
    ]
    assert notes((("model", "threads"), None)) == [f"model.threads: what {common} says of it holds again"]
    assert notes((("camera", "back", "rotation"), 180), (("view", "gate", "enabled"), False)) == []
