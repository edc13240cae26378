"""Names and what they stand for."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edgeclassify.errors import ConfigError, ExitStatus, ModelMissingError, StorageError, UnknownModelError
from edgeclassify.model.catalog import CatalogEntry, is_built_in, load_catalog, model_path, places, resolve_model
from edgeclassify.model.catalog.entry import read_entry
from tests.model.catalog.conftest import Places

LOCAL = 'description = "mine"\nfile = "{}"\n'


def test_unknown_names_get_did_you_mean() -> None:
    with pytest.raises(UnknownModelError, match=r'Did you mean "mobilenet_v2"\?') as caught:
        resolve_model("mobilnet_v2")
    assert caught.value.exit_status == ExitStatus.CONFIG
    assert "builtin" in str(caught.value)


def test_a_model_that_was_not_fetched_says_how(folders: Places) -> None:
    with pytest.raises(ModelMissingError, match=r"Run: edgeclassify models fetch mobilenet_v2$") as caught:
        resolve_model("mobilenet_v2")
    assert str(folders.models) in str(caught.value)


def test_a_fetched_model_is_found(folders: Places) -> None:
    folders.models.mkdir()
    path = folders.models / "mobilenet_v1_0.5_160.tflite"
    path.touch()
    assert resolve_model("mobilenet_v1_0.5_160") == path


def test_homes_of_nobody_are_faults(folders: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    (folders.user_entries / "mine.toml").write_text(LOCAL.format("~nosuchuser/x.tflite"))
    with pytest.raises(ConfigError, match="file: expected a path whose ~ is the home folder of a user"):
        resolve_model("mine")
    monkeypatch.setenv("EDGECLASSIFY_MODELS", "~nosuchuser/models")
    with pytest.raises(ConfigError, match=r"^EDGECLASSIFY_MODELS: ~nosuchuser/models: expected a path whose ~"):
        resolve_model("mobilenet_v2")


def test_a_home_that_may_not_be_looked_into_has_no_entries(
    folders: Places, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    (folders.user_entries / "mine.toml").write_text(LOCAL.format("/x.tflite"))
    folders.user_entries.parent.chmod(0)
    with unprivileged():
        assert "builtin" in load_catalog().entries
        assert "mine" not in load_catalog().entries
    folders.user_entries.parent.chmod(0o755)


def test_own_entries_name_own_files(folders: Places, tmp_path: Path) -> None:
    (folders.user_entries / "mine.toml").write_text(LOCAL.format(tmp_path / "x.tflite"))
    with pytest.raises(ModelMissingError, match="found nothing there") as caught:
        resolve_model("mine")
    assert "mine.toml names it" in str(caught.value)
    (tmp_path / "x.tflite").touch()
    assert resolve_model("mine") == tmp_path / "x.tflite"


def test_a_later_folder_replaces_an_entry(folders: Places, tmp_path: Path) -> None:
    (tmp_path / "x.tflite").touch()
    (folders.system_entries / "mobilenet_v2.toml").write_text(LOCAL.format(tmp_path / "x.tflite"))
    assert resolve_model("mobilenet_v2") == tmp_path / "x.tflite"
    (folders.user_entries / "mobilenet_v2.toml").write_text(LOCAL.format(tmp_path / "y.tflite"))
    with pytest.raises(ModelMissingError, match=r"y\.tflite"):
        resolve_model("mobilenet_v2")


def test_a_wrong_entry_keeps_no_other_from_use(folders: Places, tmp_path: Path) -> None:
    (folders.user_entries / "bad.toml").write_text("size = 1")
    (folders.user_entries / "mine.toml").write_text(LOCAL.format(tmp_path / "x.tflite"))
    (tmp_path / "x.tflite").touch()
    assert resolve_model("mine") == tmp_path / "x.tflite"
    assert list(load_catalog().faults) == ["bad"]
    with pytest.raises(ConfigError, match=r"bad\.toml: 1 fault"):
        resolve_model("bad")


def test_models_are_looked_for_where_the_service_and_the_user_have_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(places.ENVIRONMENT)
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path}/state:{tmp_path}/other")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    user = tmp_path / "data/edgeclassify/models"
    assert places.models_folders() == (tmp_path / "state/models", places.SYSTEM_MODELS, user)
    entry = load_catalog().entry("mobilenet_v2")
    for folder in reversed(places.models_folders()):
        folder.mkdir(parents=True)
        (folder / "mobilenet_v2.tflite").touch()
        assert model_path(entry) == folder / "mobilenet_v2.tflite"


def test_a_relative_xdg_folder_counts_as_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(places.ENVIRONMENT)
    monkeypatch.setenv("XDG_DATA_HOME", "data")
    assert places.models_folders()[-1] == tmp_path / "home/.local/share/edgeclassify/models"


def test_a_model_goes_to_the_machines_folder_only_where_the_service_is_set_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(places.ENVIRONMENT)
    assert places.fetch_folder() == tmp_path / "home/.local/share/edgeclassify/models"
    places.SYSTEM_MODELS.mkdir(parents=True)
    assert places.fetch_folder() == places.SYSTEM_MODELS


def test_no_folder_to_write_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(places.ENVIRONMENT, str(tmp_path / "file" / "models"))
    with pytest.raises(StorageError, match="expected a folder that can be written to, found none"):
        places.fetch_folder()


def test_a_missing_model_says_where_it_was_looked_for_and_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(places.ENVIRONMENT)
    user = tmp_path / "home/.local/share/edgeclassify/models"
    with pytest.raises(ModelMissingError) as caught:
        resolve_model("mobilenet_v2")
    assert f"expected the model in {places.SYSTEM_MODELS} or {user}, found nothing" in str(caught.value)
    assert str(caught.value).endswith("Run: edgeclassify models fetch mobilenet_v2")
    places.SYSTEM_MODELS.mkdir(parents=True)
    with pytest.raises(ModelMissingError, match="Run: sudo edgeclassify models fetch mobilenet_v2"):
        resolve_model("mobilenet_v2")


def test_a_folder_that_may_not_be_looked_into_is_named_as_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(places.ENVIRONMENT)
    places.SYSTEM_MODELS.mkdir(parents=True)
    monkeypatch.setattr(os, "access", lambda path, mode: path != places.SYSTEM_MODELS)
    assert places.looked_in().startswith(f"{places.SYSTEM_MODELS} (this user may not look into it) or ")


def test_built_in_is_every_model_that_a_shipped_entry_has_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = [read_entry(path) for path in sorted(places.SHIPPED_ENTRIES.glob("*.toml"))]
    files = [entry.local_file for entry in shipped if entry.local_file is not None]
    asked: list[Path] = []

    def noting(path: Path) -> CatalogEntry:
        asked.append(path)
        return read_entry(path)

    monkeypatch.setattr("edgeclassify.model.catalog.read_entry", noting)
    assert files
    assert all(map(is_built_in, files))
    assert not is_built_in(Path("mobilenet_v2.tflite"))
    assert {path.name for path in asked} == {"builtin.toml"}  # of all others the text is enough
