"""What is remembered of models that have run here, and where."""

from pathlib import Path

import pytest

from edgeclassify.model.remembered import remembered_in
from edgeclassify.model.trial_run.tried_models import FILE_NAME, MOST, TriedModels

RUNTIME = "litert 2"


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"good": 3}', '{"good": [null, 5]}', "\x00\xff", '{"other": []}']
)
def test_a_damaged_memory_counts_as_empty(tmp_path: Path, content: str) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(content.encode("latin-1"))
    known = TriedModels(file)
    assert not known.holds("aa", RUNTIME)
    known.add("aa", RUNTIME)
    assert known.holds("aa", RUNTIME)


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    known = TriedModels(tmp_path / FILE_NAME)
    for number in range(MOST + 5):
        known.add(f"sha{number}", RUNTIME)
    assert not known.holds("sha4", RUNTIME)
    assert known.holds("sha5", RUNTIME)
    known.add("sha5", RUNTIME)
    known.add("new", RUNTIME)
    assert known.holds("sha5", RUNTIME)
    assert not known.holds("sha6", RUNTIME)


def test_where_the_memory_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}/state:{tmp_path}/other")
    assert remembered_in(FILE_NAME) == tmp_path / "state" / FILE_NAME
    monkeypatch.delenv("STATE_DIRECTORY")
    assert remembered_in(FILE_NAME) == tmp_path / "cache" / "edgeclassify" / FILE_NAME
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert remembered_in(FILE_NAME) == tmp_path / ".cache" / "edgeclassify" / FILE_NAME


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    assert remembered_in(FILE_NAME) is None
    known = TriedModels(remembered_in(FILE_NAME))
    known.add("aa", RUNTIME)
    assert not known.holds("aa", RUNTIME)
