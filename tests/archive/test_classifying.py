"""From a batch to its rows, with the real model."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.archive import classifying
from edgeclassify.archive.classifying import BatchClassifier
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import ArgumentError
from edgeclassify.library.classifier import Classifier
from edgeclassify.types import ModelChoice
from tests.archive.pictures import batch_of, picture_folder

WANTED = Wanted(ModelChoice(threads=1), top=3)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return sorted(picture_folder(tmp_path / "pictures", 4).rglob("*.jpg"))


@pytest.fixture
def classifier() -> Iterator[BatchClassifier]:
    with closing(BatchClassifier(WANTED)) as classifier:
        yield classifier


def test_a_row_says_what_the_library_says(classifier: BatchClassifier, files: list[Path]) -> None:
    with Classifier(threads=1) as library:
        expected = library(files[0]).top(3)
    row = classifier.rows(batch_of(files, "a camera"))[0]
    assert row.labels == tuple(one.label for one in expected)
    assert row.scores == tuple(round(one.score, 6) for one in expected)
    assert (row.path, row.camera, row.bytes, row.fault) == (
        str(files[0]), "a camera", files[0].stat().st_size, None,
    )  # fmt: skip
    assert (row.group, row.calibrated, row.unknown, row.still) == (None, None, None, False)


def test_it_is_told_after_each_image(classifier: BatchClassifier, files: list[Path]) -> None:
    told: list[int] = []
    classifier.rows(batch_of(files), told.append)
    assert told == [1, 2, 3, 4]


def test_one_by_one_gives_the_same_rows_and_leaves_out_the_deadly(
    classifier: BatchClassifier, files: list[Path]
) -> None:
    begun: list[int] = []
    batch = batch_of(files)
    expected = list(classifier.rows(batch))
    found = classifier.rows_one_by_one(batch, {2: "it kills"}, begun.append)
    assert begun == [0, 1, 3]
    assert found[2].fault == "it kills"
    expected[2] = found[2]
    assert list(found) == expected


def test_decoding_beside_changes_nothing(classifier: BatchClassifier, files: list[Path]) -> None:
    files.insert(1, files[0].with_name("nothing.jpg"))
    with closing(BatchClassifier(replace(WANTED, reads_ahead=True))) as beside:
        assert beside.rows(batch_of(files)) == classifier.rows(batch_of(files))


def test_groups_are_added_up(files: list[Path]) -> None:
    with closing(BatchClassifier(replace(WANTED, groups="everyday"))) as classifier:
        row = classifier.rows(batch_of(files))[0]
    with Classifier(threads=1, groups="everyday") as library:
        best = library(files[0]).best
    assert (row.group, row.group_score) == (best.label, round(best.score, 6))


def test_a_preset_that_does_not_suit_the_model_is_refused() -> None:
    with pytest.raises(ArgumentError, match="groups"):
        BatchClassifier(replace(WANTED, groups="nobody's"))


def test_a_model_with_a_temperature_gives_a_calibrated_score(files: list[Path]) -> None:
    with closing(BatchClassifier(replace(WANTED, model=ModelChoice(threads=1, temperature=2.0)))) as classifier:
        row = classifier.rows(batch_of(files))[0]
        facts = classifier.facts
    assert row.calibrated is not None
    assert row.calibrated < row.scores[0]
    with closing(BatchClassifier(WANTED)) as plain:
        assert "labels and temperature" in plain.facts.differs(facts)


def test_what_is_still_is_not_classified(
    classifier: BatchClassifier, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    class AfterTheFirst:
        def __init__(self) -> None:
            self._seen = 0

        def is_still(self, image: ReadImage) -> bool:
            self._seen += 1
            return self._seen > 1

    monkeypatch.setattr(classifying, "Stillness", AfterTheFirst)
    assert [row.still for row in classifier.rows(batch_of(files))] == [False] * 4
    with closing(BatchClassifier(replace(WANTED, still=True))) as watching:
        for _ in range(2):
            rows = watching.rows(batch_of(files))
            assert [row.still for row in rows] == [False, True, True, True]
            assert [bool(row.labels) for row in rows] == [True, False, False, False]


def test_two_differ_by_model_runtime_or_labels() -> None:
    facts = ClassifierFacts("m", "aa", "litert 2.3.0", "l")
    assert facts.differs(replace(facts, model="the same under another name")) == ""
    assert "expected the model m of sha256 aa…, found bb…" in facts.differs(replace(facts, sha256="bb"))
    assert "expected the runtime litert 2.3.0, found x" in facts.differs(replace(facts, runtime="x"))
    assert "labels" in facts.differs(replace(facts, labels="k"))
    assert ClassifierFacts.of_plain(facts.plain()) == facts


def test_what_is_wanted_goes_through_json() -> None:
    wanted = Wanted(ModelChoice("m", labels=Path("l")), 3, "everyday", True, True)
    assert Wanted.of_plain(wanted.plain()) == wanted
