"""What an undo goes back to, and which versions are kept for it."""

import pytest

from edgeclassify.errors import ChangedMeanwhileError, ExitStatus, TaughtModelError, UsageError
from edgeclassify.model.taught.manifest import PastVersion
from edgeclassify.model.taught.places import versions_in
from edgeclassify.model.taught.reading import read_taught, read_version
from edgeclassify.teaching.store import TaughtFolder, read_lesson
from tests.teaching.store.examples import example, fit


def count(folder: TaughtFolder) -> int:
    """Examples of it."""
    return len(folder.manifest.examples)


def test_an_undo_goes_back_by_one_change_each_time(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.add([example("open", 2), example("open", 3)])
    fit(gate)
    four = gate.manifest
    assert gate.undo() is gate.manifest
    assert (gate.manifest.version, gate.manifest.restores, count(gate), gate.manifest.head) == (5, 3, 3, None)
    assert gate.manifest.change == "as of version 3 (added 2 of open)"
    gate.undo()
    assert (gate.manifest.version, gate.manifest.restores, count(gate)) == (6, 2, 1)
    gate.undo()
    assert (gate.manifest.version, gate.manifest.restores, count(gate)) == (7, 1, 0)
    with pytest.raises(
        UsageError, match="gate: expected a change that can be undone, found none: this is how it began"
    ):
        gate.undo()
    assert gate.manifest.version == 7
    gate.undo(to=4)  # and so what was undone comes back
    assert (gate.manifest.version, gate.manifest.restores, gate.manifest.head) == (8, 4, four.head)
    assert gate.manifest.examples == four.examples
    assert read_taught(gate.path).head == b"a head"


def test_a_change_behind_an_undo_is_undone_by_itself(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.add([example("open", 2)])
    gate.undo()
    gate.add([example("closed", 3)])
    five = gate.manifest
    assert (five.version, five.restores, count(gate)) == (5, None, 2)
    gate.undo()
    assert (gate.manifest.restores, count(gate)) == (2, 1)
    assert gate.manifest.change == "as of version 2 (added 1 of open)"
    gate.undo()
    assert (gate.manifest.restores, count(gate)) == (1, 0)
    gate.undo(to=6)
    assert (gate.manifest.restores, count(gate)) == (2, 1)
    assert gate.manifest.change == "as of version 2 (added 1 of open)"


def test_the_versions_that_are_kept_are_told(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.undo()
    one, two = gate.manifest.past
    assert one == PastVersion(1, 1000.0, "begun", None)
    assert (two.version, two.change, two.restores) == (2, "added 1 of open", None)
    gate.undo(to=2)
    assert gate.manifest.past[-1].restores == 1
    assert versions_in(gate.path) == [4, 3, 2, 1]
    assert read_version(gate.path, 2).examples == gate.manifest.examples


def test_only_from_the_version_that_is_said(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.add([example("open", 2)])
    with pytest.raises(ChangedMeanwhileError, match="gate: expected version 2, found 3: it was taught more"):
        gate.undo(1, at=2)
    assert (gate.manifest.version, count(gate)) == (3, 2)
    gate.undo(1, at=3)
    assert count(gate) == 0


@pytest.mark.parametrize(
    ("version", "said"), [(9, r"kept .1, 2, 3., found 9"), (0, "found 0"), (4, "is at version 4")]
)
def test_a_version_that_is_not_kept(gate: TaughtFolder, version: int, said: str) -> None:
    for i in range(3):
        gate.add([example("open", i)])
    with pytest.raises(UsageError, match=said) as raised:
        gate.undo(to=version)
    assert raised.value.exit_status == ExitStatus.USAGE


def test_the_newest_are_kept_and_files_go_with_the_last_version_that_names_them(gate: TaughtFolder) -> None:
    (first,) = gate.add([example("open", 1, 1)]).new
    gate.remove([first])
    file = gate.path / "examples" / f"{first}.npy"
    for i in range(19):
        gate.add([example("open", i)])
        assert file.exists()
    # Version 2, which had it, is the oldest that is kept.
    assert [one.version for one in gate.manifest.past] == list(range(2, 22))
    gate.add([example("open", 200)])
    assert versions_in(gate.path) == list(range(23, 2, -1))
    assert not file.exists()
    assert len(list((gate.path / "examples").iterdir())) == 20
    for _ in range(19):
        gate.undo()
    assert (count(gate), gate.manifest.restores) == (1, 4)
    with pytest.raises(UsageError, match="found none: the 20 last ones are kept"):
        gate.undo()


def test_who_undoes_much_loses_nothing_by_it(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.add([example("open", 2)])
    for i in range(3 * 20):
        gate.undo(to=2 + i % 2)
    assert [one.version for one in gate.manifest.past][:3] == [1, 2, 3]
    assert len(gate.manifest.past) == 3 + 20
    assert len(versions_in(gate.path)) == 3 + 20 + 1


def test_old_heads_go_with_their_versions(gate: TaughtFolder) -> None:
    gate.add([example("open", 1), example("closed", 2)])
    for i in range(22):
        fit(gate, b"head %d" % i)
    heads = {path.read_bytes() for path in (gate.path / "heads").iterdir()}
    assert heads == {b"head %d" % i for i in range(1, 22)}


def test_a_damaged_version_can_not_be_gone_back_to(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.add([example("open", 2)])
    (gate.path / "versions" / "000002.json").write_bytes(b"{")
    before = gate.manifest
    with pytest.raises(TaughtModelError, match=r"versions/000002.json: expected the manifest"):
        gate.undo()
    assert gate.manifest is before
    gate.undo(to=1)
    assert count(gate) == 0


def test_a_version_whose_head_is_damaged_can_not_be_gone_back_to(gate: TaughtFolder) -> None:
    gate.add([example("open", 1), example("closed", 2)])
    head = fit(gate)
    gate.add([example("open", 3)])
    (gate.path / "heads" / f"{head.sha256}.npz").write_bytes(b"another")
    with pytest.raises(TaughtModelError, match="expected a head with the sha256"):
        gate.undo()
    assert count(gate) == 3


def test_while_a_kept_version_is_damaged_nothing_is_taken_away(gate: TaughtFolder) -> None:
    """What it names may still be wanted: it can be mended, and then it is whole."""
    (first,) = gate.add([example("open", 1)]).new
    gate.remove([first])
    version = gate.path / "versions" / "000002.json"
    whole = version.read_bytes()
    version.write_bytes(b"{")
    gate.add([example("open", 2)])
    version.write_bytes(whole)
    gate.undo(to=2)
    assert len(read_lesson(gate.path, gate.manifest).units) == 1
