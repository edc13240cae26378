"""Pictures that come from a browser: as examples, and asked about."""

import pytest

from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.model.taught.reading import read_manifest
from edgeclassify.teaching.store import TaughtFolder
from tests.support.lessons import CAT, ESPRESSO
from tests.web.api.teaching.taught_node import Asking, fit, png_of, teach

AS_PNG = {"Content-Type": "image/png"}


def upload(ask: Asking, photo: str, label: str, number: int = 0, **more: str) -> dict[str, object]:
    said: dict[str, object] = ask.json(
        "POST",
        "/api/taught/pets/examples",
        params={"label": label, **more},
        content=png_of(photo, number),
        headers=AS_PNG,
    )
    return said


def test_the_first_picture_makes_the_model_on_the_views_network(ask: Asking) -> None:
    said = upload(ask, CAT, "cat", view="yard")
    assert (said["new"], said["moved"]) == (True, False)
    manifest = read_manifest(resolve_taught("pets"))
    assert manifest.base.embedding.base == "builtin"
    (example,) = manifest.examples
    assert (example.id, example.label, example.captured_at) == (said["example"], "cat", None)
    assert example.has_picture
    assert ask.said == [("teaching", {"model": "pets"})]


def test_the_version_before_is_the_one_that_it_came_to(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the one that there was while somebody else was waited for."""
    teach("pets", "cat", CAT, 1)
    held = TaughtFolder.open("pets")

    def more(_: float) -> None:
        held.teach_only_normal(True)
        held.close()

    monkeypatch.setattr("edgeclassify.teaching.store.lock.time.sleep", more)
    said = upload(ask, CAT, "cat", 7)
    assert (said["before"], said["version"]) == (3, 4)


def test_a_picture_that_is_known_is_no_new_one_and_moves(ask: Asking) -> None:
    upload(ask, CAT, "cat")
    again = upload(ask, CAT, "cat")
    assert (again["new"], again["moved"]) == (False, False)
    moved = upload(ask, CAT, "unknown")
    assert (moved["new"], moved["moved"]) == (False, True)
    assert [one["label"] for one in moved["labels"]] == [None]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("params", "content", "status", "said"),
    [
        ({"label": "cat"}, b"no picture", 422, "a picture from the page"),
        ({"label": "a/b"}, None, 400, "without /, + and #"),
        ({"label": "unavailable"}, None, 400, "a word that a view's state has"),
        ({"label": "x" * 65}, None, 422, "label"),
        ({}, None, 422, "label"),
        ({"label": "cat", "view": "roof"}, None, 400, "view: expected one of gate, yard"),
        ({"label": "cat"}, b"", 400, "found nothing"),
    ],
)
def test_what_is_refused_makes_no_model(
    ask: Asking, params: dict[str, str], content: bytes | None, status: int, said: str
) -> None:
    content = png_of(CAT, 0) if content is None else content
    path = "/api/taught/pets/examples"
    assert said in ask.refused(status, "POST", path, params=params, content=content, headers=AS_PNG)
    assert ask.json("GET", "/api/taught")["models"] == []
    assert ask.said == []


def test_a_name_that_can_be_none_is_refused(ask: Asking) -> None:
    asked = {"params": {"label": "cat"}, "content": png_of(CAT, 0), "headers": AS_PNG}
    assert "expected a name" in ask.refused(400, "POST", "/api/taught/pe%20ts/examples", **asked)


def test_what_the_model_says_of_a_picture(ask: Asking) -> None:
    teach("pets", "cat", CAT, 4)
    teach("pets", "cup", ESPRESSO, 4)
    asked = {"content": png_of(CAT, 30), "headers": AS_PNG}
    assert "was not yet" in ask.refused(409, "POST", "/api/taught/pets/test", **asked)
    fit("pets")
    said = ask.json("POST", "/api/taught/pets/test", params={"label": "cat"}, **asked)
    assert (said["label"], said["right"], said["is_unknown"]) == ("cat", True, False)
    assert said["scores"][0]["label"] == "cat"
    assert said["score"] == said["scores"][0]["score"]
    assert ask.json("POST", "/api/taught/pets/test", params={"label": "unknown"}, **asked)["right"] is False
    assert ask.json("POST", "/api/taught/pets/test", **asked)["right"] is None
    assert len(read_manifest(resolve_taught("pets")).examples) == 8
