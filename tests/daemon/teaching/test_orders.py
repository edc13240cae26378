"""Orders of taught models, carried out on the built-in model and a real file of looks; answers as the contract has
them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.contract import outgoing
from edgeclassify.contract.channels import match_topic
from edgeclassify.contract.topics import Topics
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.daemon.teaching.orders import Orders
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import MANIFEST, resolve_taught
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.interface import Look, LookKind, Picture
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.types import Command, ModelChoice, Response, teaching
from edgeclassify.types.teaching import TeachingOrder
from tests.support.lessons import CAT, ESPRESSO, TRIPOD, part_of

NOON = 1_795_000_000.0 - 1_795_000_000.0 % 86_400 + 43_200
COMMANDS: dict[type[Any], Command] = {
    teaching.AddExample: Command.TEACH_ADD,
    teaching.CorrectEvent: Command.TEACH_CORRECT,
    teaching.Fit: Command.TEACH_FIT,
    teaching.ListTaught: Command.TEACH_LIST,
    teaching.MoveExample: Command.TEACH_MOVE,
    teaching.RemoveExamples: Command.TEACH_REMOVE,
    teaching.UndoChange: Command.TEACH_UNDO,
    teaching.Collect: Command.TEACH_COLLECT,
    teaching.ListClusters: Command.TEACH_CLUSTERS,
    teaching.ListUnsure: Command.TEACH_REVIEW,
    teaching.LabelLooks: Command.TEACH_LABEL,
}
TOPICS = Topics("edgeclassify", "porch")


class Bench:
    """A node with the views gate (which decides by the taught model "pets") and yard (by the built-in model)."""

    def __init__(self, folder: Path) -> None:
        self.facts = NodeFacts(
            views=("gate", "yard"),
            taught={"gate": "pets"},
            bases={"gate": "builtin", "yard": "builtin"},
            looks=folder / "looks.sqlite",
            zone=UTC,
        )
        self.settled = 0
        self.late: list[Look] = []
        self.orders = Orders(self.settle)
        self._embedder = Embedder.open(ModelChoice())
        self.store = LookStore.open(folder / "looks.sqlite")

    def settle(self) -> None:
        self.settled += 1
        self.store.add(self.late)

    def close(self) -> None:
        self.orders.rest()
        self.store.close()
        self._embedder.close()

    def do(self, order: TeachingOrder, picture: Picture | None = None) -> dict[str, Any]:
        """The data of the answer, which follows the contract."""
        body = self.orders.carry_out(order, self.facts, picture)
        message = outgoing.response_message(TOPICS, Response(COMMANDS[type(order)], 1, body.content()))
        match = match_topic(TOPICS.prefix, message.topic)
        assert match is not None
        assert match.channel.fault_of(message.payload) is None
        data: dict[str, Any] = json.loads(message.payload)["data"]
        return data

    def refused(self, order: TeachingOrder) -> str:
        with pytest.raises(EdgeClassifyError) as caught:
            self.orders.carry_out(order, self.facts, None)
        return str(caught.value)

    def teach(self, label: str | None, photo: str, count: int = 3, first: int = 0, **more: Any) -> dict[str, Any]:
        """What the gate shows becomes examples; the answer to the last."""
        told: dict[str, Any] = {}
        for n in range(first, first + count):
            picture = Picture(part_of(photo, n), "view gate", NOON + n * 3600, "gate")
            told = self.do(teaching.AddExample(label, "gate", **more), picture)
        return told

    def look(self, photo: str, n: int = 0, **changes: Any) -> Look:
        embedding = self._embedder.embed(part_of(photo, n))
        facts = self._embedder.facts.embedding
        look = Look(0, LookKind.EVENT, "gate", NOON, "cat", 0.9, facts, embedding, 0.25, event_id=f"{photo}{n}")
        return replace(look, **changes)

    def keep(self, *looks: Look) -> list[int]:
        return [number for number in self.store.add(looks) if number is not None]

    def manifest(self, model: str = "pets") -> Manifest:
        return read_manifest(resolve_taught(model))

    def labels(self, model: str = "pets") -> list[str | None]:
        return [one.label for one in self.manifest(model).examples]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    made = Bench(tmp_path)
    yield made
    made.close()


# --- examples and fits ---------------------------------------------------------------------------------------


def test_what_a_view_shows_makes_the_model_and_its_examples(bench: Bench) -> None:
    told = bench.teach("cat", CAT, 1)
    (example,) = bench.manifest().examples
    assert told["examples"] == [example.id]
    assert (told["model"], told["version"]) == ("pets", bench.manifest().version)
    assert told["labels"] == [{"label": "cat", "examples": 1}]
    assert (example.view, example.captured_at, example.source) == ("gate", NOON, "view gate")
    assert example.has_picture
    assert "fit" not in told
    assert bench.manifest().base.embedding.base == "builtin"


def test_where_no_pictures_may_be_kept_none_is(bench: Bench) -> None:
    bench.teach("cat", CAT, 1)
    bench.facts = replace(bench.facts, keeps_pictures=False)
    bench.teach("cat", CAT, 1, first=1)
    assert [one.has_picture for one in bench.manifest().examples] == [True, False]


def test_a_fit_tells_how_good_it_is_and_who_decides_by_it(bench: Bench) -> None:
    bench.teach("cat", CAT)
    bench.teach("espresso", ESPRESSO)
    bench.teach(None, TRIPOD)
    first = bench.do(teaching.Fit())
    assert (first["model"], first["version"], first["in_views"]) == ("pets", bench.manifest().version, ["gate"])
    assert first["accuracy"] == pytest.approx(first["right"] / first["examples"], abs=1e-4)
    assert [(one["label"], one["examples"]) for one in first["labels"]] == [("cat", 3), ("espresso", 3), (None, 3)]
    assert [one["view"] for one in first["views"]] == ["gate"]
    assert "accuracy_before" not in first
    assert bench.do(teaching.Fit())["accuracy_before"] == first["accuracy"]


def test_of_examples_of_one_moment_nobody_can_tell_how_good_it_is(bench: Bench) -> None:
    for label, photo in (("cat", CAT), ("espresso", ESPRESSO)):
        for n in range(3):
            picture = Picture(part_of(photo, n), "view gate", NOON, "gate")
            bench.do(teaching.AddExample(label, "gate"), picture)
    fit = bench.do(teaching.Fit())
    assert (fit["examples"], fit["labels"][0]) == (0, {"label": "cat", "examples": 3})
    assert "accuracy" not in fit
    assert "accuracy_before" not in bench.do(teaching.Fit())
    assert "accuracy" not in bench.do(teaching.ListTaught())["models"][0]


def test_a_change_with_a_fit_has_both(bench: Bench) -> None:
    bench.teach("cat", CAT)
    told = bench.teach("espresso", ESPRESSO, fit=True)
    assert told["fit"]["version"] == told["version"] == bench.manifest().version
    assert told["labels"] == told["fit"]["labels"]
    assert "not_fitted" not in told


def test_what_can_not_be_fitted_stays_as_an_example(bench: Bench) -> None:
    told = bench.teach("cat", CAT, 1, fit=True)
    assert "fit" not in told
    assert told["not_fitted"].startswith("pets: ")
    assert bench.labels() == ["cat"]
    assert bench.refused(teaching.Fit()) == told["not_fitted"]


def test_only_what_is_normal(bench: Bench) -> None:
    bench.teach("cat", CAT, 6)
    bench.do(teaching.Fit(one_class=True))
    assert bench.manifest().one_class
    assert bench.do(teaching.ListTaught())["models"][0]["one_class"]


def test_examples_are_moved_removed_and_a_change_is_taken_back(bench: Bench) -> None:
    bench.teach("cat", CAT, 2)
    bench.teach("espresso", ESPRESSO, 2)
    first, *_ = bench.manifest().examples
    moved = bench.do(teaching.MoveExample(first.id, "espresso"))
    assert (moved["examples"], bench.labels().count("espresso")) == ([first.id], 3)
    gone = bench.do(teaching.RemoveExamples(first.id))
    assert (gone["examples"], len(bench.labels())) == ([first.id], 3)
    all_gone = bench.do(teaching.RemoveExamples(None, "espresso"))
    assert (len(all_gone["examples"]), bench.labels()) == (2, ["cat"])
    bench.do(teaching.UndoChange())
    assert bench.labels() == ["cat", "espresso", "espresso"]
    assert "'dog'" in bench.refused(teaching.RemoveExamples(None, "dog"))

    bench.teach("unknown", TRIPOD, 1)
    assert bench.labels() == ["cat", "espresso", "espresso", None]
    assert len(bench.do(teaching.ListTaught("pets", "unknown"))["examples"]) == 1
    bench.do(teaching.MoveExample(bench.manifest().examples[0].id, "unknown"))
    bench.do(teaching.RemoveExamples(None, "unknown"))
    assert None not in bench.labels()


def test_which_model_is_meant(bench: Bench) -> None:
    assert "for none is taught yet" in bench.refused(teaching.Fit())
    bench.teach("cat", CAT, 1)
    bench.teach("open", TRIPOD, 1, model="door")
    assert bench.labels("door") == ["open"]
    assert bench.do(teaching.MoveExample(bench.manifest().examples[0].id, "dog"))["model"] == "pets", "it runs"
    bench.facts = replace(bench.facts, taught={})
    assert bench.refused(teaching.Fit()) == "model: expected one of door, pets, found null"
    assert bench.refused(teaching.Fit("dor")) == (
        "model: expected one of door, pets, found 'dor'. Did you mean \"door\"?"
    )
    bench.facts = replace(bench.facts, taught={"gate": "pets", "yard": "door"})
    assert bench.refused(teaching.Fit()) == "model: expected one of door, pets, found null"
    picture = Picture(part_of(TRIPOD, 7), "view yard", NOON, "yard")
    assert bench.do(teaching.AddExample("open", "yard"), picture)["model"] == "door", "that of the view"


# --- events --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "was"),
    [("espresso", "cat"), ("cat", None), ("unknown", "cat")],
    ids=["other", "right", "none of them"],
)
def test_an_event_is_corrected(bench: Bench, label: str | None, was: str | None) -> None:
    bench.teach("cat", CAT)
    bench.teach("espresso", ESPRESSO)
    bench.keep(bench.look(ESPRESSO, 9, event_id="e1"))
    told = bench.do(teaching.CorrectEvent("e1", label))
    (example,) = (one for one in bench.manifest().examples if one.id in told["examples"])
    label = None if label == "unknown" else label
    assert (example.label, example.was, example.event_id, example.view) == (label, was, "e1", "gate")
    assert told["fit"]["in_views"] == ["gate"]


def test_what_was_wrong_of_two_classes_was_the_other_one(bench: Bench) -> None:
    bench.teach("cat", CAT)
    bench.teach("espresso", ESPRESSO)
    bench.keep(bench.look(ESPRESSO, 9, event_id="e1"), bench.look(TRIPOD, 9, event_id="e2"))
    bench.do(teaching.CorrectEvent("e1", None))
    assert bench.labels()[-1] == "espresso"
    bench.teach("dog", TRIPOD)
    bench.do(teaching.CorrectEvent("e2", None))
    assert bench.labels()[-1] is None


def test_what_was_behind_an_event_becomes_an_example(bench: Bench) -> None:
    bench.teach("cat", CAT, 1)
    bench.keep(bench.look(ESPRESSO, 9, event_id="e1"))
    told = bench.do(teaching.AddExample("espresso", None, "e1"))
    assert bench.labels() == ["cat", "espresso"]
    assert "fit" not in told


def test_an_event_of_a_moment_ago_is_waited_for(bench: Bench) -> None:
    bench.teach("cat", CAT, 1)
    bench.late = [bench.look(CAT, 9, event_id="now")]
    bench.do(teaching.AddExample("cat", None, "now"))
    assert bench.settled == 1
    assert bench.labels() == ["cat", "cat"]


def test_an_event_of_which_nothing_is_kept(bench: Bench) -> None:
    bench.teach("cat", CAT, 1)
    error = bench.refused(teaching.CorrectEvent("nobody", "cat"))
    assert error == "event_id: expected an event of which something is kept (teaching.keep_days), found nobody"
    bench.facts = replace(bench.facts, looks=None)
    assert "teaching.enabled is false" in bench.refused(teaching.CorrectEvent("nobody", "cat"))


# --- lists ---------------------------------------------------------------------------------------------------


def test_all_models_and_one_that_is_damaged(bench: Bench) -> None:
    bench.teach("cat", CAT, 2)
    bench.teach("open", TRIPOD, 1, model="door")
    folder = resolve_taught("door")
    for path in (folder / MANIFEST, *(folder / "versions").iterdir()):
        path.write_bytes(b"{")
    told = bench.do(teaching.ListTaught())
    door, pets = told["models"]
    assert (pets["name"], pets["base"], pets["views"]) == ("pets", "builtin", ["gate"])
    assert pets["labels"] == [{"label": "cat", "examples": 2}]
    assert any("second class" in one for one in pets["missing"])
    assert "fitted" not in pets
    assert not pets["is_fitted"]
    assert (door["name"], door["views"]) == ("door", [])
    assert str(folder) in door["error"]
    assert "examples" not in told


def test_examples_of_one_model_a_page_at_a_time(bench: Bench) -> None:
    bench.teach("cat", CAT, 2)
    bench.teach("espresso", ESPRESSO, 3)
    ids = [one.id for one in bench.manifest().examples]

    def page(**wanted: Any) -> tuple[list[str], bool]:
        told = bench.do(teaching.ListTaught("pets", **wanted))
        return [one["id"] for one in told["examples"]], told["more"]

    assert page() == (ids, False)
    assert page(limit=5) == (ids, False)
    assert page(limit=4) == (ids[:4], True)
    assert page(limit=4, after=ids[3]) == (ids[4:], False)
    assert page(label="espresso") == (ids[2:], False)
    assert "found ffff" in bench.refused(teaching.ListTaught("pets", None, "ffff"))
    assert "found 'dog'" in bench.refused(teaching.ListTaught("dog"))


# --- what was gathered ---------------------------------------------------------------------------------------


def test_frames_are_collected_from_when_somebody_asks_until_somebody_says_so(bench: Bench) -> None:
    assert bench.refused(teaching.Collect("gate")) == (
        "nothing is collected for pets in view gate: say for how many hours"
    )
    begun = bench.do(teaching.Collect("gate", 24, 100))
    assert begun == {
        "model": "pets", "view": "gate", "running": True, "hours": 24.0, "hours_left": 24.0, "kept": 0,
        "most": 100,
    }  # fmt: skip
    bench.keep(bench.look(CAT, kind=LookKind.COLLECTED, model="pets", event_id=None))
    assert bench.do(teaching.Collect("gate"))["kept"] == 1
    ended = bench.do(teaching.Collect("gate", stop=True))
    assert (ended["running"], ended["hours_left"], ended["kept"]) == (False, 0.0, 1)
    assert ended["ended"]


def test_where_nothing_can_be_collected(bench: Bench) -> None:
    assert bench.refused(teaching.Collect(None, 1)) == "view: expected one of gate, yard, found none"
    bench.facts = replace(bench.facts, bases={"yard": "builtin"})
    assert "its model has no embedding" in bench.refused(teaching.Collect("gate", 1))


def gather(bench: Bench) -> list[int]:
    cats = [bench.look(CAT, n, kind=LookKind.COLLECTED, model="pets", event_id=None) for n in range(6)]
    cups = [
        bench.look(ESPRESSO, n, kind=LookKind.COLLECTED, model="pets", event_id=None, at=NOON + 3600)
        for n in range(4)
    ]
    return bench.keep(*cats, *cups)


def test_one_answer_labels_a_group_as_it_was_shown(bench: Bench) -> None:
    bench.teach("cat", CAT, 1, first=40)
    gather(bench)
    told = bench.do(teaching.ListClusters())
    assert told["model"] == "pets"
    assert sum(one["pictures"] for one in told["clusters"]) == 10
    first = told["clusters"][0]
    assert (first["hours"], first["brightness"], first["label"]) == ([12], 0.25, "cat")
    bench.keep(bench.look(TRIPOD, 1, kind=LookKind.COLLECTED, model="pets", event_id=None))

    change = bench.do(teaching.LabelLooks("cat", first["cluster"]))
    assert len(change["examples"]) == first["chosen"]
    assert bench.labels() == ["cat"] * (1 + first["chosen"])
    assert len(bench.store.collected("pets")) == 11 - first["pictures"]
    assert "it is gone" in bench.refused(teaching.LabelLooks("cat", None, 999))


def test_after_a_start_a_group_is_known_by_its_id(bench: Bench) -> None:
    bench.teach("cat", CAT, 1, first=40)
    gather(bench)
    second = bench.do(teaching.ListClusters())["clusters"][1]
    bench.orders = Orders(bench.settle)
    change = bench.do(teaching.LabelLooks("espresso", second["cluster"]))
    assert len(change["examples"]) == second["chosen"]
    error = bench.refused(teaching.LabelLooks("espresso", 4711))
    assert error.startswith("cluster: expected one of ")


def test_a_group_that_is_to_be_no_example_is_not_asked_about_again(bench: Bench) -> None:
    gather(bench)
    first = bench.do(teaching.ListClusters("pets"))["clusters"][0]
    told = bench.do(teaching.LabelLooks(None, first["cluster"], skip=True, model="pets"))
    assert (told["version"], told["examples"], told["labels"]) == (0, [], [])
    assert told["change"] == f"{first['pictures']} left out"
    assert len(bench.store.collected("pets")) == 10 - first["pictures"]
    bench.teach("cat", CAT, 1, first=40)
    again = bench.do(teaching.ListClusters("pets"))["clusters"][0]
    told = bench.do(teaching.LabelLooks(None, again["cluster"], skip=True))
    assert (told["version"], told["labels"]) == (bench.manifest().version, [{"label": "cat", "examples": 1}])


def test_what_was_not_sure_is_listed_and_labelled(bench: Bench) -> None:
    bench.teach("cat", CAT, 1)
    unsure = {"kind": LookKind.UNSURE, "event_id": None}
    numbers = bench.keep(
        bench.look(ESPRESSO, 1, **unsure, label=None, score=None), bench.look(ESPRESSO, 2, **unsure, view="yard")
    )
    told = bench.do(teaching.ListUnsure())
    assert [one["look"] for one in told["looks"]] == numbers[::-1]
    assert told["looks"][1]["label"] is None
    assert bench.do(teaching.ListUnsure(limit=1))["more"]
    assert not bench.do(teaching.ListUnsure(limit=2))["more"]
    assert [one["view"] for one in bench.do(teaching.ListUnsure("yard"))["looks"]] == ["yard"]

    bench.do(teaching.LabelLooks("espresso", None, numbers[1]))
    assert bench.manifest().examples[-1].was == "cat"
    assert [one["look"] for one in bench.do(teaching.ListUnsure())["looks"]] == numbers[:1]
