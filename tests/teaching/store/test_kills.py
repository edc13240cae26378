"""A change that ends at any of its steps, by SIGKILL or a power cut, was made or not, and nothing in between."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import LOCK, MANIFEST, head_place, resolve_taught, taught_names, version_file
from edgeclassify.model.taught.reading import read_manifest, read_taught, read_version
from edgeclassify.teaching.store import TaughtFolder, export_taught, read_lesson
from edgeclassify.teaching.store.example_files import example_place, picture_place
from tests.teaching.store.changes import CHANGES, EXPORT, begin
from tests.teaching.store.examples import JPEG, example
from tests.teaching.store.steps import heard


@pytest.fixture
def before(models: Path) -> Path:
    """The folder of models with the taught model that is changed, and an export of another version of it."""
    begin()
    export_taught(resolve_taught("gate"), models / EXPORT)
    return models


def contents() -> dict[str, Manifest]:
    """What each taught model says, where all that it names is whole."""
    found = {}
    for name in taught_names():
        folder = resolve_taught(name)
        found[name] = read_taught(folder).manifest
        read_lesson(folder, found[name])
    return found


def wanted(folder: Path) -> set[str]:
    """The files that must be there by what the kept versions say."""
    current = read_manifest(folder)
    versions = [current, *(read_version(folder, one.version) for one in current.past)]
    found = {MANIFEST, LOCK, *(version_file(one.version) for one in versions)}
    for one in versions:
        found |= {example_place(record.id) for record in one.examples}
        found |= {picture_place(record.id) for record in one.examples if record.has_picture}
        found |= set() if one.head is None else {head_place(one.head)}
    return found


def there(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_killed(
    change: str, before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    old = contents()
    kills = tmp_path / "kills"
    kills.mkdir()
    command = [sys.executable, "-m", "tests.teaching.store.killed_writer", str(before), change, str(kills)]
    subprocess.run(command, check=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(kills / "whole"))
    new = contents()
    assert new != old
    seen = []
    for step in range(1, len(list(kills.iterdir()))):
        monkeypatch.setenv("EDGECLASSIFY_MODELS", str(kills / str(step)))
        found = contents()
        assert found in (old, new), f"killed before step {step}"
        seen.append(found == new)
        # The same again, as if nothing had been; it takes away what the killed one left.
        if found == old:
            CHANGES[change]()
            assert contents() == new
        for name in taught_names():
            with TaughtFolder.open(name) as folder:
                folder.add([example("open", 99)])
                assert there(folder.path) == wanted(folder.path)
    assert seen == sorted(seen)
    # Of a change that takes nothing away, the manifest's name is the last step.
    assert seen[-1] or change in ("create", "import new")
    assert not seen[0]
    # A new one that lacks its manifest is whole: its first version is there.
    is_new = change in ("create", "import new")
    assert all(is_new and text.endswith("Version 1, which is whole, takes its place.") for text in caplog.messages)


class Disk:
    """What would be lost in a power cut, at the worst: contents and names that nobody has synced."""

    def __init__(self) -> None:
        self.unsynced: set[int] = set()
        self.left: list[set[int]] = []

    def before(self, name: str, args: tuple[Any, ...], more: dict[str, Any]) -> None:
        """A step that is about to be done."""
        if name == "write":
            self.unsynced.add(os.fstat(args[0]).st_ino)
        elif name == "mkdir":
            self.unsynced.add(os.fstat(more["dir_fd"]).st_ino)
        elif name == "fsync":
            self.unsynced.discard(os.fstat(args[0]).st_ino)
        elif name == "rename":
            if args[1].endswith(".json"):
                self.left.append(set(self.unsynced))
            self.unsynced.add(os.fstat(more["dst_dir_fd"]).st_ino)


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_manifest_names_is_on_disk_before_it_is(change: str, before: Path) -> None:
    disk = Disk()
    with heard(disk.before):
        CHANGES[change]()
    assert disk.left == [set(), set()]  # its version, and what is now
    assert disk.unsynced == set()


def test_many_files_are_synced_as_well(before: Path) -> None:
    disk = Disk()
    with heard(disk.before), TaughtFolder.open("gate") as gate:
        gate.add([example("open", i, 7, jpeg=JPEG) for i in range(90)])
    assert disk.left == [set(), set()]  # its version, and what is now
    assert len(read_lesson(gate.path, gate.manifest).owners) == 92
