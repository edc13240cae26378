"""The teacher, on the built-in model: what commands and the daemon do with it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.errors import (
    ImageError,
    LessonError,
    MissingInputError,
    TaughtModelError,
    UnknownModelError,
    UsageError,
)
from edgeclassify.model.heads.taught_head import TaughtHead
from edgeclassify.model.taught.head_parameters import HeadParameters
from edgeclassify.model.taught.places import find_taught
from edgeclassify.model.taught.reading import read_taught
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.examples import PictureEmbedder
from edgeclassify.teaching.interface import Look, LookKind, Picture
from edgeclassify.teaching.teacher import Teacher
from edgeclassify.types import Embedding, ModelChoice, Pixels
from tests.support.lessons import CAT, ESPRESSO, TRIPOD, part_of


@pytest.fixture(autouse=True)
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def teacher() -> Iterator[Teacher]:
    with Teacher("pets") as opened:
        yield opened


def pictures(photo: str, count: int, first: int = 0, view: str | None = None) -> list[Picture]:
    return [Picture(part_of(photo, n), f"{photo}{n}.jpg", view=view) for n in range(first, first + count)]


def scores_of(pixels: Pixels) -> dict[str, float]:
    """By the head that was fitted last, read from disk."""
    folder = find_taught("pets")
    assert folder is not None
    head_bytes = read_taught(folder).head
    assert head_bytes is not None
    embedder = Embedder.open(ModelChoice())
    head = TaughtHead(HeadParameters.from_bytes(head_bytes, "pets"), embedder.facts.embedding, output=0)
    found = dict(zip(head.labels, map(float, head.scores((embedder.embed(pixels)[None],))), strict=True))
    embedder.close()
    return found


def test_a_head_knows_what_was_taught(teacher: Teacher) -> None:
    teacher.add("cat", pictures(CAT, 4))
    teacher.add("espresso", pictures(ESPRESSO, 4))
    refit = teacher.fit()
    assert refit.before is None
    assert refit.manifest == teacher.manifest()
    head = refit.manifest.head
    assert head is not None
    assert (head.labels, head.examples, head.accuracy.count) == (("cat", "espresso"), 8, 8)
    assert {label: one.count for label, one in head.by_label.items()} == {"cat": 4, "espresso": 4}
    assert head.by_view == {}
    assert refit.manifest.is_fitted
    scores = scores_of(part_of(CAT, 50))
    assert scores["cat"] > 0.5 > scores["espresso"]
    assert sum(scores_of(part_of(TRIPOD, 50)).values()) < 0.5


def test_accuracy_is_told_by_view(teacher: Teacher) -> None:
    teacher.add("cat", [*pictures(CAT, 2, view="yard"), *pictures(CAT, 2, first=2, view="street")])
    teacher.add("espresso", pictures(ESPRESSO, 3, view="yard"))
    teacher.add(None, pictures(TRIPOD, 3, view="yard"))
    head = teacher.fit().manifest.head
    assert head is not None
    assert {view: one.count for view, one in head.by_view.items()} == {"yard": 5, "street": 2}


def test_the_head_before_is_told(teacher: Teacher) -> None:
    teacher.add("cat", pictures(CAT, 3))
    teacher.add("espresso", pictures(ESPRESSO, 3))
    first = teacher.fit().manifest.head
    teacher.add("tripod", pictures(TRIPOD, 3))
    assert not teacher.manifest().is_fitted
    assert teacher.fit().before == first


def test_what_was_seen_wrongly_becomes_an_example(teacher: Teacher) -> None:
    teacher.add("cat", pictures(CAT, 2))
    embedder = teacher.embedder()
    seen = Look(
        id=1, kind=LookKind.EVENT, view="yard", at=5.0, label="cat", score=0.9, facts=embedder.facts.embedding,
        embedding=embedder.embed(part_of(ESPRESSO, 1)), brightness=0.5, event_id="e1",
    )  # fmt: skip
    added = teacher.add_looks("espresso", [seen])
    (example,) = (one for one in added.manifest.examples if one.id in added.new)
    assert (example.label, example.was, example.event_id) == ("espresso", "cat", "e1")
    assert teacher.add_looks(None, [seen]).moved == (example.id,)


def test_a_new_model_of_what_was_seen_stands_on_the_base_that_saw_it(teacher: Teacher, test_data: Path) -> None:
    base = str(test_data / "models" / "mobilenet_v1_0.25_128_quant.tflite")
    embedder = Embedder.open(ModelChoice(name=base))
    seen = Look(
        id=1, kind=LookKind.COLLECTED, view="yard", at=5.0, label=None, score=None, facts=embedder.facts.embedding,
        embedding=embedder.embed(part_of(CAT, 1)), brightness=0.5,
    )  # fmt: skip
    embedder.close()
    assert teacher.add_looks("cat", [seen]).manifest.base.embedding.base == base


def test_two_who_begin_the_same_one_both_teach_it(teacher: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one has looked before the first one has made it."""
    with Teacher("pets") as first:
        first.add("cat", pictures(CAT, 1))
    monkeypatch.setattr("edgeclassify.teaching.teacher.find_taught", lambda name: None)
    added = teacher.add("cup", pictures(ESPRESSO, 1))
    assert (added.manifest.labels, added.before) == (("cat", "cup"), 2)


def test_all_of_the_pictures_become_examples_or_none(teacher: Teacher) -> None:
    teacher.add("cat", pictures(CAT, 1))
    before = teacher.manifest()

    def breaks_off() -> Iterator[Picture]:
        yield from pictures(ESPRESSO, 2)
        raise ImageError("broken")

    with pytest.raises(ImageError):
        teacher.add("espresso", breaks_off())
    assert teacher.manifest() == before
    with pytest.raises(MissingInputError, match="pets: expected pictures of espresso"):
        teacher.add("espresso", [])
    assert teacher.manifest() == before


def test_nothing_is_looked_at_for_a_label_or_a_name_that_can_not_be(models_folder: Path) -> None:
    def never() -> Iterator[Picture]:
        raise AssertionError
        yield

    with Teacher("pets") as teacher, pytest.raises(UsageError, match="expected a label"):
        teacher.add("", never())
    with Teacher("builtin") as teacher, pytest.raises(UsageError, match="found that of a model of the catalog"):
        teacher.add("cat", never())
    assert not models_folder.exists()


def test_a_lesson_that_makes_no_head_leaves_the_one_that_there_is(teacher: Teacher) -> None:
    teacher.add("cat", pictures(CAT, 3))
    teacher.add("espresso", pictures(ESPRESSO, 3))
    head = teacher.fit().manifest.head
    teacher.remove_class("espresso")
    with pytest.raises(LessonError, match=r"^pets: expected examples of two classes"):
        teacher.fit()
    assert teacher.manifest().head == head


def test_one_network_serves_many_additions_and_is_let_go_of() -> None:
    opened: list[ModelChoice] = []
    closed: list[bool] = []

    class Counted(Embedder):
        def close(self) -> None:
            closed.append(True)
            super().close()

    def open_one(config: ModelChoice) -> PictureEmbedder:
        opened.append(config)
        return Counted.open(config)

    with Teacher("pets", open_embedder=open_one) as teacher:
        teacher.add("cat", pictures(CAT, 1))
        teacher.add("espresso", pictures(ESPRESSO, 1))
        teacher.add("espresso", pictures(ESPRESSO, 1, first=1))
        assert (len(opened), closed) == (1, [])
    assert closed == [True]


def test_a_base_that_changed_is_refused() -> None:
    class Other(Embedder):
        def embed(self, *_: object) -> Embedding:
            raise AssertionError

        @property
        def facts(self):  # type: ignore[no-untyped-def]
            facts = super().facts
            return replace(facts, embedding=replace(facts.embedding, sha256="0" * 64))

    with Teacher("pets") as teacher:
        teacher.add("cat", pictures(CAT, 1))
    with (
        Teacher("pets", open_embedder=Other.open) as teacher,
        pytest.raises(TaughtModelError, match="the base has changed"),
    ):
        teacher.add("cat", pictures(CAT, 1, first=1))


def test_an_empty_model_goes_over_to_the_base_that_is_asked_for(teacher: Teacher, test_data: Path) -> None:
    base = str(test_data / "models" / "mobilenet_v1_0.25_128_quant.tflite")
    added = teacher.add("cat", pictures(CAT, 1))
    teacher.remove(added.new)
    assert teacher.add("cat", pictures(CAT, 1), base=base).manifest.base.embedding.base == base


def test_nothing_is_known_of_what_was_not_taught(teacher: Teacher) -> None:
    for ask in (teacher.manifest, teacher.fit, teacher.undo, lambda: teacher.move(["1234"], "cat")):
        with pytest.raises(UnknownModelError, match="pets: expected the name of a taught model"):
            ask()
