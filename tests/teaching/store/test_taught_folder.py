"""A taught model that is changed: what lies in its folder, what is refused, and what an undo brings back."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

from edgeclassify.errors import UnknownModelError, UsageError
from edgeclassify.model.taught.manifest import Accuracy, Base, HeadRecord
from edgeclassify.model.taught.places import find_taught
from edgeclassify.model.taught.reading import read_manifest, read_taught
from edgeclassify.teaching.interface import Example
from edgeclassify.teaching.store import Added, TaughtFolder, read_embeddings, read_picture
from edgeclassify.teaching.store.example_files import embeddings_file, id_of
from edgeclassify.types import Embedding
from tests.teaching.store.examples import BASE, FACTS, JPEG, example, fit


def files(folder: Path) -> list[str]:
    """All files in it but the lock."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.name != "lock")


def labels(folder: TaughtFolder) -> list[str | None]:
    return [one.label for one in folder.manifest.examples]


def test_a_new_one(gate: TaughtFolder, models: Path) -> None:
    manifest = gate.manifest
    assert gate.path == models / "taught" / "gate" == find_taught("gate")
    assert (manifest.name, manifest.version, manifest.change, manifest.base) == ("gate", 1, "begun", BASE)
    assert (manifest.created_at, manifest.changed_at) == (1000.0, 1000.0)
    assert (manifest.examples, manifest.head, manifest.past, manifest.one_class) == ((), None, (), False)
    assert files(gate.path) == ["manifest.json", "versions/000001.json"]
    assert read_manifest(gate.path) == manifest
    assert read_taught(gate.path).head is None


def test_examples_lie_in_files_of_their_own(gate: TaughtFolder) -> None:
    front = example(
        "open",
        1,
        2,
        3,
        variants=2,
        brightness=0.25,
        captured_at=5.5,
        view="front",
        event_id="e1",
        was="closed",
        jpeg=JPEG,
    )
    added = gate.add([front, example(None, 9, source="camera front")])
    first, second = gate.manifest.examples
    assert added == Added((first.id, second.id), (), ())
    assert (first.label, first.source, first.added_at, first.captured_at) == ("open", "photos/a.jpg", 1001.0, 5.5)
    assert (first.view, first.event_id, first.was) == ("front", "e1", "closed")
    assert (first.brightness, first.variants, first.has_picture) == (0.25, 2, True)
    assert (second.label, second.captured_at, second.variants, second.has_picture) == (None, None, 0, False)
    assert np.array_equal(read_embeddings(gate.path, first, BASE), front.embeddings)
    assert np.array_equal(np.load(gate.path / "examples" / f"{first.id}.npy"), front.embeddings)
    assert read_picture(gate.path, first) == JPEG
    assert read_picture(gate.path, second) is None
    assert files(gate.path) == sorted(
        [
            *(f"examples/{one.id}.npy" for one in (first, second)),
            "manifest.json",
            f"pictures/{first.id}.jpg",
            "versions/000001.json",
            "versions/000002.json",
        ]
    )
    assert gate.manifest.change == "added 1 of open and 1 of none of them"
    assert read_manifest(gate.path) == gate.manifest


def test_an_example_that_is_there_is_no_second_one(gate: TaughtFolder) -> None:
    twins = [example("open", 1), example("open", 1, source="elsewhere"), example("closed", 2)]
    added = gate.add(twins)
    assert (len(added.new), added.known, added.moved) == (2, (), ())
    one, two = added.new
    before = gate.manifest
    assert gate.add([example("open", 1)]) == Added((), (one,), ())
    assert gate.manifest is before
    assert gate.add([example("closed", 1), example("closed", 2), example("open", 3)]).moved == (one,)
    assert labels(gate) == ["closed", "closed", "open"]
    assert gate.add([example("open", 2, was="closed", event_id="e7")]) == Added((), (), (two,))
    assert (gate.manifest.examples[1].label, gate.manifest.examples[1].was) == ("open", "closed")
    assert gate.manifest.change == "added 1 of open"


def test_what_corrects_an_example_stays_until_it_is_no_correction(gate: TaughtFolder) -> None:
    (one,) = gate.add([example("open", 1)]).new
    gate.add([example("open", 1, was="closed")])
    assert (labels(gate), gate.manifest.examples[0].was) == (["open"], "closed")
    gate.move([one], "closed")
    assert gate.manifest.examples[0].was is None
    gate.add([example("shut", 2, was="shut")])
    assert gate.manifest.examples[1].was is None


def test_examples_are_moved_and_removed(gate: TaughtFolder) -> None:
    one, two, three = gate.add([example("open", 1), example("open", 2), example("closed", 3)]).new
    assert gate.move([one, three], "closed") == (one,)
    assert gate.manifest.change == "moved 1 to closed"
    assert labels(gate) == ["closed", "open", "closed"]
    version = gate.manifest.version
    assert gate.move([one], "closed") == ()
    assert gate.manifest.version == version
    assert gate.move([two[:4]], None) == (two,)
    assert labels(gate) == ["closed", None, "closed"]
    assert gate.remove([three, two]) == (two, three)
    assert gate.manifest.change == "removed 1 of none of them and 1 of closed"
    assert labels(gate) == ["closed"]
    assert gate.remove([]) == ()


@pytest.mark.parametrize(("word", "said"), [("abc", "none of 2"), ("0" * 16, "none of 2"), ("", "none of 2")])
def test_an_example_that_nobody_knows(gate: TaughtFolder, word: str, said: str) -> None:
    gate.add([example("open", 1), example("open", 2)])
    before = gate.manifest
    found = f"gate: expected the id of an example, found '{word}', with which {said}"
    with pytest.raises(UsageError, match=found):
        gate.remove([word])
    with pytest.raises(UsageError, match=found):
        gate.move([word], "closed")
    assert gate.manifest is before


def test_digits_that_several_examples_begin_with(gate: TaughtFolder) -> None:
    first_with: dict[str, Example] = {}
    for number in range(1 << 16):
        one = example("open", number >> 8, number & 255)
        start = id_of(embeddings_file(one.embeddings))[:4]
        if start in first_with:
            break
        first_with[start] = one
    ids = gate.add([one, first_with[start], example("open", 1, 2, 3)]).new
    with pytest.raises(UsageError, match=f"found '{start}', with which several of 3 begins"):
        gate.remove([start])
    assert gate.remove([ids[0]]) == (ids[0],)
    assert gate.remove([start]) == (ids[1],)


@pytest.mark.parametrize("label", ["", "  ", "a\nb", "x" * 65, "unknown", "None", "unusual"])
def test_a_label_that_is_none(gate: TaughtFolder, label: str) -> None:
    (one,) = gate.add([example("open", 1)]).new
    before = files(gate.path)
    with pytest.raises(UsageError, match="expected a label"):
        gate.add([example("shut", 2), example(label, 3)])
    with pytest.raises(UsageError, match="expected a label"):
        gate.move([one], label)
    assert files(gate.path) == before


def test_a_label_that_is_nearly_another(gate: TaughtFolder) -> None:
    with pytest.raises(UsageError, match='Did you mean "open"'):
        gate.add([example("open", 1), example("Open", 2)])
    gate.add([example(" open ", 1), example("to\u0308r", 2), example("t\u00f6r", 3)])
    assert labels(gate) == ["open", "t\u00f6r", "t\u00f6r"]


@pytest.mark.parametrize(
    ("embeddings", "jpeg"),
    [
        (np.zeros((1, 5), np.uint8), None),
        (np.zeros((1, 4), np.int8), None),
        (np.zeros(4, np.uint8), None),
        (np.zeros((0, 4), np.uint8), None),
        (np.zeros((65, 4), np.uint8), None),
        (np.zeros((1, 4), np.uint8), b"GIF89a"),
        (np.zeros((1, 4), np.uint8), JPEG.ljust((1 << 20) + 1)),
    ],
)
def test_what_is_of_another_base_or_no_picture_is_a_bug(
    gate: TaughtFolder, embeddings: Embedding, jpeg: bytes | None
) -> None:
    with pytest.raises(ValueError, match="expected"):
        gate.add([Example("open", "a", embeddings, 0.5, jpeg=jpeg)])
    assert gate.manifest.version == 1


def test_as_much_as_is_allowed(gate: TaughtFolder) -> None:
    gate.add([Example("open", "a" * 999, np.zeros((64, 4), np.uint8), 7.0, jpeg=JPEG.ljust(1 << 20))])
    (one,) = gate.manifest.examples
    assert (one.variants, one.has_picture, one.brightness, len(one.source)) == (63, True, 1.0, 200)
    assert read_picture(gate.path, one) == JPEG.ljust(1 << 20)
    assert len(read_embeddings(gate.path, one, BASE)) == 64
    assert read_manifest(gate.path) == gate.manifest


def test_a_source_that_acts_on_a_terminal(gate: TaughtFolder) -> None:
    gate.add([example("open", 1, source="a\x1b[31m\nb\udcff", brightness=-1.0)])
    assert gate.manifest.examples[0].source == "a\\x1b[31m\\nb\\udcff"
    assert gate.manifest.examples[0].brightness == 0.0
    assert read_manifest(gate.path) == gate.manifest


def test_more_examples_than_may_be(gate: TaughtFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.teaching.store.example_changes.MOST_EXAMPLES", 3)
    gate.add([example("open", i) for i in range(2)])
    with pytest.raises(UsageError, match="gate: expected at most 3 examples in all, found 4"):
        gate.add([example("open", i) for i in range(2, 4)])
    gate.add([example("open", 2)])
    assert len(gate.manifest.examples) == 3


def test_a_head_is_fitted_to_the_examples_as_they_are(gate: TaughtFolder) -> None:
    one, *_ = gate.add([example("open", 1), example("closed", 2)]).new
    assert not gate.manifest.is_fitted
    record = fit(gate)
    assert record == HeadRecord(
        sha256=hashlib.sha256(b"a head").hexdigest(),
        kind="logistic",
        fitted_at=record.fitted_at,
        labels=("open", "closed"),
        examples=2,
        fitted_to=record.fitted_to,
        accuracy=Accuracy(3, 4),
        by_label={"open": Accuracy(1, 2)},
        by_view={"front": Accuracy(2, 2)},
    )
    assert gate.manifest.head == record
    assert gate.manifest.change == "fitted to 2 examples"
    assert gate.manifest.is_fitted
    assert (read_taught(gate.path).manifest, read_taught(gate.path).head) == (gate.manifest, b"a head")
    gate.move([one], "closed")
    assert not gate.manifest.is_fitted
    gate.move([one], "open")
    assert gate.manifest.is_fitted
    gate.add([example("open", 1, was="closed")])
    assert not gate.manifest.is_fitted
    assert gate.manifest.head == record


def test_a_head_of_one_example(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    fit(gate)
    assert gate.manifest.change == "fitted to 1 example"


def test_as_large_a_head_as_may_be(gate: TaughtFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    gate.add([example("open", 1), example("closed", 2)])
    monkeypatch.setattr("edgeclassify.teaching.store.taught_folder.MOST_HEAD_BYTES", 3 << 20)
    fit(gate, bytes(3 << 20))
    with pytest.raises(UsageError, match="gate: expected a head of at most 3 MB, found 3 MB for 2 examples"):
        fit(gate, bytes((3 << 20) + 1))
    assert gate.manifest.version == 3


def test_only_what_is_normal_is_taught(gate: TaughtFolder) -> None:
    gate.teach_only_normal(False)
    assert gate.manifest.version == 1
    gate.teach_only_normal(True)
    assert (gate.manifest.one_class, gate.manifest.change) == (True, "everything else is unusual")
    gate.teach_only_normal(False)
    assert (gate.manifest.one_class, gate.manifest.change) == (False, "classes are told apart")
    before = gate.manifest.version
    for one_class, expected in ((None, False), (True, True), (None, True), (False, False)):
        gate.fitted(
            b"", kind="", labels=["a"], accuracy=Accuracy(0, 0), by_label={}, by_view={}, one_class=one_class
        )
        assert gate.manifest.one_class is expected
    assert gate.manifest.version == before + 4
    gate.close()
    with TaughtFolder.create("belt", BASE, one_class=True) as belt:
        assert belt.manifest.one_class


def test_another_base(gate: TaughtFolder) -> None:
    one, two, three = gate.add([example("open", 1, jpeg=JPEG), example("open", 2), example("closed", 3)]).new
    fit(gate)
    facts = dataclasses.replace(FACTS, base="larger", sha256="cd" * 32, elements=6, dtype="float32", scale=0.0)
    larger = Base(facts, 224, 224, "crop", None)
    rows = np.arange(12, dtype=np.float32).reshape(2, 6)
    with pytest.raises(ValueError, match="float32"):
        gate.rebase(larger, {one: rows.astype(np.uint8)})
    assert gate.rebase(larger, {one: rows, three: rows[1:]}) == (two,)
    assert (gate.manifest.base, gate.manifest.head, gate.manifest.change) == (larger, None, "taught on larger")
    first, second = gate.manifest.examples
    assert [first.label, second.label, first.variants, second.variants] == ["open", "closed", 1, 0]
    assert read_picture(gate.path, first) == JPEG
    assert np.array_equal(read_embeddings(gate.path, first, larger), rows)
    gate.undo()
    assert (gate.manifest.base, len(gate.manifest.examples)) == (BASE, 3)
    assert gate.manifest.head is not None


def test_it_is_opened_again_as_it_was_left(gate: TaughtFolder) -> None:
    gate.add([example("open", 1)])
    gate.close()
    with TaughtFolder.open("gate") as again:
        assert again.manifest == gate.manifest
        again.add([example("closed", 2)])
    with TaughtFolder.open("gate") as again:
        assert labels(again) == ["open", "closed"]
        assert (again.manifest.version, again.path) == (3, gate.path)


def test_a_name_that_is_there_already(gate: TaughtFolder) -> None:
    gate.close()
    with pytest.raises(UsageError, match=f"gate: expected a new name .* there already .{gate.path}"):
        TaughtFolder.create("gate", BASE)
    with TaughtFolder.open("gate") as again:  # nobody holds it
        assert again.manifest.version == 1


def test_one_that_is_not_there(gate: TaughtFolder) -> None:
    with pytest.raises(
        UnknownModelError, match=r'gat: expected the name of a taught model \(gate\) .*mean "gate"'
    ):
        TaughtFolder.open("gat")


def test_folders_without_a_model_do_not_keep_its_name(models: Path) -> None:
    (models / "taught" / "gate" / "versions").mkdir(parents=True)
    (models / "taught" / "gate" / "examples").mkdir()
    with TaughtFolder.create("gate", BASE) as folder:
        assert folder.manifest.version == 1
