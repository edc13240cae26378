"""A whole taught model is taken away."""

from pathlib import Path

import pytest

from edgeclassify.errors import TeachingBusyError, UnknownModelError, UsageError
from edgeclassify.model.taught.places import find_taught, taught_names
from edgeclassify.teaching.store import TaughtFolder
from edgeclassify.teaching.store.removal import remove_taught
from tests.teaching.store.examples import BASE, JPEG, example, fit


def taught(name: str) -> Path:
    with TaughtFolder.create(name, BASE) as folder:
        folder.add([example("open", 1, jpeg=JPEG), example("closed", 2)])
        fit(folder)
        return folder.path


def test_nothing_of_it_is_left_and_the_name_is_free(models: Path) -> None:
    place, other = taught("gate"), taught("bin")
    assert remove_taught("gate") == place
    assert sorted(place.parent.iterdir()) == [other]
    assert taught_names() == ("bin",)
    taught("gate")
    with pytest.raises(UnknownModelError):
        remove_taught("gates")


def test_what_an_interrupted_removal_left_is_taken_away(models: Path) -> None:
    place = taught("gate")
    (place.parent / ".gate.removed" / "examples").mkdir(parents=True)
    assert taught_names() == ("gate",)
    remove_taught("gate")
    assert list(place.parent.iterdir()) == []


def test_what_links_lead_to_stays(models: Path, tmp_path: Path) -> None:
    place, elsewhere = taught("gate"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    (place / "link").symlink_to(elsewhere)
    remove_taught("gate")
    assert (elsewhere / "file").exists()


def test_what_keeps_it_is_asked_when_nobody_else_may_change_it(models: Path) -> None:
    place = taught("gate")

    def check() -> None:
        with pytest.raises(TeachingBusyError):
            TaughtFolder.open("gate")
        raise UsageError("in use")

    with pytest.raises(UsageError, match="in use"):
        remove_taught("gate", check)
    assert find_taught("gate") == place


def test_nobody_else_may_be_changing_it(models: Path) -> None:
    place = taught("gate")
    with TaughtFolder.open("gate"), pytest.raises(TeachingBusyError):
        remove_taught("gate")
    assert find_taught("gate") == place
