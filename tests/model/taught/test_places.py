"""Where taught models are found: in any of the folders of models, by their names and nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus, UnknownModelError
from edgeclassify.model.catalog import places as catalog_places
from edgeclassify.model.taught.document import to_bytes
from edgeclassify.model.taught.places import (
    find_taught,
    head_place,
    new_place,
    resolve_taught,
    taught_names,
    versions_in,
)
from tests.model.taught.manifests import BARE, HEAD


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The service's and the user's folder of models."""
    service, user = tmp_path / "service", tmp_path / "user"
    monkeypatch.delenv("EDGECLASSIFY_MODELS", raising=False)
    monkeypatch.setenv("STATE_DIRECTORY", str(service))
    monkeypatch.setenv("XDG_DATA_HOME", str(user))
    monkeypatch.setattr(catalog_places, "SYSTEM_MODELS", tmp_path / "nothing")
    return service / "models" / "taught", user / "edgeclassify" / "models" / "taught"


def put(folder: Path, place: str = "manifest.json") -> Path:
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_bytes(to_bytes(BARE))
    return folder


def test_they_are_found_in_any_folder_of_models(folders: tuple[Path, Path]) -> None:
    service, user = folders
    assert (find_taught("gate"), taught_names()) == (None, ())
    put(user / "gate")
    put(user / "bin")
    put(service / "cat")
    assert find_taught("gate") == user / "gate" == resolve_taught("gate")
    assert find_taught("cat") == service / "cat"
    assert taught_names() == ("bin", "cat", "gate")
    put(service / "gate")
    assert find_taught("gate") == service / "gate"
    assert taught_names() == ("bin", "cat", "gate")


def test_the_first_version_is_enough(folders: tuple[Path, Path]) -> None:
    put(folders[0] / "gate", "versions/000001.json")
    assert find_taught("gate") == folders[0] / "gate"
    assert taught_names() == ("gate",)


@pytest.mark.parametrize("place", ["manifest.json.tmp", "versions/note.json", "versions/000001.npy", "examples/a"])
def test_what_lies_about_is_no_taught_model(folders: tuple[Path, Path], place: str) -> None:
    put(folders[0] / "gate", place)
    (folders[0] / "file").write_bytes(b"")
    assert (find_taught("gate"), find_taught("file"), taught_names()) == (None, None, ())


@pytest.mark.parametrize("name", ["../gate", "..", ".", "", "gate/", "x" * 300, "a\0b", "gate\n"])
def test_a_name_that_leads_elsewhere(folders: tuple[Path, Path], name: str) -> None:
    put(folders[0].parent / "gate")
    put(folders[0])
    put(folders[0] / "gate")
    assert find_taught(name) is None
    with pytest.raises(UnknownModelError):
        resolve_taught(name)


def test_folders_that_may_not_be_looked_into(
    folders: tuple[Path, Path], unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    put(folders[0] / "gate")
    put(folders[0] / "bin")
    folders[0].chmod(0)
    put(folders[1] / "cat")
    (put(folders[1] / "dog") / "versions").mkdir(mode=0)
    (folders[1] / "dog").chmod(0)
    with unprivileged():
        assert (find_taught("gate"), find_taught("dog"), taught_names()) == (None, None, ("cat",))
    folders[0].chmod(0o755)


def test_a_name_that_nobody_knows(folders: tuple[Path, Path]) -> None:
    with pytest.raises(
        UnknownModelError,
        match=r"^gate: expected the name of a taught model in .*, found none\. It begins with: ",
    ) as raised:
        resolve_taught("gate")
    assert raised.value.exit_status == ExitStatus.CONFIG
    put(folders[1] / "gate")
    with pytest.raises(
        UnknownModelError, match=r"taught model \(gate\) in .*, found none\. Did you mean \"gate\"\?$"
    ):
        resolve_taught("gats")


def test_new_ones_go_where_fetched_models_go(folders: tuple[Path, Path]) -> None:
    assert new_place("gate") == folders[0] / "gate"


def test_a_head_lies_by_its_checksum() -> None:
    assert head_place(HEAD) == f"heads/{'cd' * 32}.npz"


def test_versions_that_are_there(tmp_path: Path) -> None:
    assert versions_in(tmp_path) == []
    for name in (
        "000002.json",
        "000010.json",
        "1000000.json",
        "x.json",
        "\u0663.json",
        ".000003.json.tmp",
        "000004",
    ):
        put(tmp_path, f"versions/{name}")
    assert versions_in(tmp_path) == [1000000, 10, 2]
