"""Taught models, listed and as a whole; moved, removed, undone, forgotten."""

from pathlib import Path

import pytest

from edgeclassify.model.taught.places import taught_names
from edgeclassify.teaching.store import TaughtFolder
from tests.support.lessons import CAT, ESPRESSO, TRIPOD
from tests.web.api.teaching.taught_node import Asking, TaughtNode, fit, teach


def test_nothing_is_taught_at_first(ask: Asking) -> None:
    assert ask.json("GET", "/api/taught") == {"models": [], "collections": []}
    assert "expected the name of a taught model" in ask.refused(404, "GET", "/api/taught/pets")


def test_a_model_says_what_it_knows_and_how_good_it_is(ask: Asking) -> None:
    cats = teach("pets", "cat", CAT, 4)
    teach("pets", "cup", ESPRESSO, 4)
    teach("pets", None, TRIPOD, 1)
    fit("pets")
    (model,) = ask.json("GET", "/api/taught")["models"]
    assert [(one["label"], one["examples"]) for one in model["labels"]] == [("cat", 4), ("cup", 4), (None, 1)]
    assert model["labels"][0]["cover"] == cats[-1]
    assert model["is_fitted"]
    right = model["accuracy"]
    assert right["count"] == 8
    assert 0 < right["low"] < right["share"] <= right["high"] <= 1
    assert model["views"] == []
    assert {"kind": "few", "label": "cat", "text": "only 4 pictures of `cat`"} in model["missing"]


def test_a_damaged_model_says_so_in_its_place(ask: Asking, models: Path) -> None:
    teach("pets", "cat", CAT, 1)
    for file in models.rglob("*.json"):
        file.write_text("{", encoding="utf-8")
    (model,) = ask.json("GET", "/api/taught")["models"]
    assert model["name"] == "pets"
    assert "expected" in model["error"]


def test_the_views_that_decide_by_it_are_named(tmp_path: Path) -> None:
    teach("pets", "cat", CAT, 1)
    ask = Asking(TaughtNode(tmp_path, uses=True))
    assert ask.json("GET", "/api/taught/pets")["model"]["views"] == ["gate"]


def test_examples_come_in_pages_the_newest_first(ask: Asking) -> None:
    cats, cups = teach("pets", "cat", CAT, 3), teach("pets", "cup", ESPRESSO, 2)
    newest = [*cups[::-1], *cats[::-1]]
    page = ask.json("GET", "/api/taught/pets", params={"limit": 2})
    assert [one["id"] for one in page["examples"]] == newest[:2]
    assert page["more"]
    page = ask.json("GET", "/api/taught/pets", params={"limit": 3, "after": newest[1]})
    assert [one["id"] for one in page["examples"]] == newest[2:]
    assert not page["more"]
    page = ask.json("GET", "/api/taught/pets", params={"label": "cup"})
    assert [one["id"] for one in page["examples"]] == cups[::-1]
    assert "after: expected" in ask.refused(
        404, "GET", "/api/taught/pets", params={"label": "cup", "after": cats[0]}
    )


def test_several_are_moved_in_one_change_and_that_is_undone(ask: Asking) -> None:
    cats = teach("pets", "cat", CAT, 3)
    before = ask.json("GET", "/api/taught/pets")["model"]["version"]
    moved = ask.json("POST", "/api/taught/pets/move", json={"examples": cats[:2], "label": None})
    assert [(one["label"], one["examples"]) for one in moved["labels"]] == [("cat", 1), (None, 2)]
    assert moved["version"] == before + 1
    undone = ask.json("POST", "/api/taught/pets/undo", json={})
    assert [(one["label"], one["examples"]) for one in undone["labels"]] == [("cat", 3)]
    assert ask.said == [("teaching", {"model": "pets"})] * 2


def test_several_are_removed_and_a_version_is_gone_back_to(ask: Asking) -> None:
    cats = teach("pets", "cat", CAT, 3)
    removed = ask.json("POST", "/api/taught/pets/remove", json={"examples": cats[1:]})
    assert removed["labels"][0]["examples"] == 1
    versions = ask.json("GET", "/api/taught/pets")["versions"]
    assert [one["version"] for one in versions] == sorted((one["version"] for one in versions), reverse=True)
    again = ask.json("POST", "/api/taught/pets/undo", json={"to": versions[0]["version"]})
    assert again["labels"][0]["examples"] == 3
    assert "version" in ask.refused(400, "POST", "/api/taught/pets/undo", json={"to": 99})


@pytest.mark.parametrize("body", [{"examples": []}, {"examples": ["0" * 16]}, {"examples": ["../../x"]}, {}])
def test_examples_that_are_none_change_nothing(ask: Asking, body: object) -> None:
    teach("pets", "cat", CAT, 1)
    assert ask("POST", "/api/taught/pets/remove", json=body).status_code in (400, 422)
    assert ask.json("GET", "/api/taught/pets")["model"]["labels"][0]["examples"] == 1
    assert ask.said == []


def test_what_others_taught_meanwhile_is_not_taken_back(ask: Asking) -> None:
    teach("pets", "cat", CAT, 1)
    teach("pets", "cup", ESPRESSO, 1)
    refusal = ask.refused(409, "POST", "/api/taught/pets/undo", json={"to": 1, "at": 2})
    assert "expected version 2, found 3: it was taught more meanwhile" in refusal
    assert ask.said == []
    ask.json("POST", "/api/taught/pets/undo", json={"to": 1, "at": 3})


def test_what_looks_mislabelled_is_named(ask: Asking) -> None:
    teach("pets", "cat", CAT, 6)
    teach("pets", "cup", ESPRESSO, 6)
    (wrong,) = teach("pets", "cup", CAT, 1, first=20)
    fit("pets")
    found = ask.json("GET", "/api/taught/pets")["mislabelled"]
    assert [(one["id"], one["label"], one["seems"]) for one in found] == [(wrong, "cup", "cat")]
    assert found[0]["certainty"] > 0.5


def test_a_model_that_is_in_use_is_not_taken_away(tmp_path: Path) -> None:
    teach("pets", "cat", CAT, 1)
    assert "found it in gate" in Asking(TaughtNode(tmp_path, uses=True)).refused(409, "DELETE", "/api/taught/pets")
    ask = Asking(TaughtNode(tmp_path))
    assert ask("DELETE", "/api/taught/pets").status_code == 204
    assert ask.json("GET", "/api/taught") == {"models": [], "collections": []}


def test_a_model_that_a_view_chooses_meanwhile_is_not_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While who changes it now is waited for."""
    teach("pets", "cat", CAT, 1)
    node = TaughtNode(tmp_path)
    held = TaughtFolder.open("pets")

    def chosen(_: float) -> None:
        node.uses = True
        held.close()

    monkeypatch.setattr("edgeclassify.teaching.store.lock.time.sleep", chosen)
    assert "found it in gate" in Asking(node).refused(409, "DELETE", "/api/taught/pets")
    assert taught_names() == ("pets",)
