"""Pictures of examples and looks; on a node that shows none not one byte of them."""

from pathlib import Path

import pytest

from edgeclassify.teaching.interface import LookKind
from tests.support.lessons import CAT
from tests.web.api.teaching.taught_node import Asking, TaughtNode, frame_of, keep_looks, show, teach

JPEG = b"\xff\xd8\xff"


def test_the_picture_of_an_example(ask: Asking) -> None:
    (cat,) = teach("pets", "cat", CAT, 1)
    answer = ask("GET", f"/api/taught/pets/examples/{cat}.jpg")
    assert answer.content.startswith(JPEG)
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("example", ["0" * 16, "manifest", "..%2Fmanifest", "%00", "ABCDEF0123456789"])
def test_what_is_no_example_has_none(ask: Asking, example: str) -> None:
    teach("pets", "cat", CAT, 1)
    assert ask("GET", f"/api/taught/pets/examples/{example}.jpg").status_code == 404


def test_the_picture_of_a_look(ask: Asking, tmp_path: Path) -> None:
    with_one, without = [keep_looks(tmp_path, LookKind.UNSURE, CAT, 1, jpeg=jpeg)[0] for jpeg in (JPEG, None)]
    assert ask("GET", f"/api/looks/{with_one}.jpg").content == JPEG
    for number in (without, 99, "x", "9" * 30, "-1"):
        assert "look: expected" in ask.refused(404, "GET", f"/api/looks/{number}.jpg")


def test_where_no_looks_are_kept_there_is_none(tmp_path: Path) -> None:
    assert Asking(TaughtNode(tmp_path, looks=False))("GET", "/api/looks/1.jpg").status_code == 404


def test_no_look_has_been_kept_yet(tmp_path: Path) -> None:
    asking = Asking(TaughtNode(tmp_path))
    assert asking.refused(404, "GET", "/api/looks/1.jpg").startswith("look: expected")


def test_a_node_that_shows_no_pictures_gives_none(tmp_path: Path) -> None:
    """Though they were kept before that was said."""
    (cat,) = teach("pets", "cat", CAT, 1)
    (look,) = keep_looks(tmp_path, LookKind.UNSURE, CAT, 1)
    ask = Asking(TaughtNode(tmp_path, labels_only=True))
    show(ask, "gate", frame_of(CAT, 1))
    for path in (
        f"/api/taught/pets/examples/{cat}.jpg",
        f"/api/looks/{look}.jpg",
        "/api/views/gate/still",
        "/api/stills/1.jpg",
    ):
        assert "labels" in ask.refused(404, "GET", path)
    assert JPEG not in ask("GET", "/api/taught/pets/export.zip").content
