"""What was gathered: collections, groups that are alike, and what was not sure."""

from pathlib import Path

from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.looks.store import LookStore
from tests.support.lessons import CAT, ESPRESSO
from tests.web.api.teaching.taught_node import Asking, TaughtNode, keep_looks


def test_nothing_is_gathered_at_first(ask: Asking) -> None:
    assert ask.json("GET", "/api/taught/pets/collections") == {"collections": []}
    assert ask.json("GET", "/api/taught/pets/clusters") == {"clusters": []}
    assert ask.json("GET", "/api/taught/pets/review") == {"looks": [], "more": False}


def test_a_node_that_keeps_no_looks_has_none(tmp_path: Path) -> None:
    ask = Asking(TaughtNode(tmp_path, uses=True, looks=False))
    assert ask.json("GET", "/api/taught/pets/collections") == {"collections": []}
    assert ask.json("GET", "/api/taught/pets/clusters") == {"clusters": []}
    assert ask.json("GET", "/api/taught/pets/review") == {"looks": [], "more": False}


def test_how_far_a_collection_is(ask: Asking, tmp_path: Path) -> None:
    with LookStore.open(tmp_path / "looks.sqlite") as store:
        store.begin_collection("pets", "gate", 7200.0, 50)
        store.begin_collection("birds", "yard", 7200.0)
    keep_looks(tmp_path, LookKind.COLLECTED, CAT, 2, model="pets")
    (one,) = ask.json("GET", "/api/taught/pets/collections")["collections"]
    assert one == {
        "model": "pets", "view": "gate", "running": True, "hours": 2.0, "hours_left": 2.0, "ended": None,
        "kept": 2, "most": 50,
    }  # fmt: skip
    # What is gathered for a model that is not there yet is not lost from sight.
    assert [found["model"] for found in ask.json("GET", "/api/taught")["collections"]] == ["pets", "birds"]


def test_groups_name_the_looks_that_are_worth_an_example(ask: Asking, tmp_path: Path) -> None:
    cats = keep_looks(tmp_path, LookKind.COLLECTED, CAT, 4, model="pets")
    cups = keep_looks(tmp_path, LookKind.COLLECTED, ESPRESSO, 3, model="pets")
    clusters = ask.json("GET", "/api/taught/pets/clusters")["clusters"]
    assert sum(one["pictures"] for one in clusters) == 7
    for one in clusters:
        looks = set(one["looks"])
        assert looks
        assert looks <= set(cats) or looks <= set(cups)
        assert one["label"] == "cat"
        assert one["brightness"] == 0.25


def test_what_views_of_the_model_were_not_sure_of(tmp_path: Path) -> None:
    first, second = keep_looks(tmp_path, LookKind.UNSURE, CAT, 2)
    (blind,) = keep_looks(tmp_path, LookKind.UNSURE, CAT, 1, jpeg=None, label=None, score=None)
    keep_looks(tmp_path, LookKind.UNSURE, CAT, 1, view="yard")
    ask = Asking(TaughtNode(tmp_path, uses=True))
    found = ask.json("GET", "/api/taught/pets/review")
    assert [one["look"] for one in found["looks"]] == [blind, second, first]
    assert [one["has_picture"] for one in found["looks"]] == [False, True, True]
    assert (found["looks"][2]["label"], found["looks"][2]["score"]) == ("cat", 0.5)
    page = ask.json("GET", "/api/taught/pets/review", params={"limit": 2})
    assert ([one["look"] for one in page["looks"]], page["more"]) == ([blind, second], True)
