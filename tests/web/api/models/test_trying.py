"""A picture that somebody sends, classified."""

from pathlib import Path

import cv2
import httpx
import pytest

from edgeclassify.demo import demo_photos
from tests.support.taught_models import GREEN, coloured


def photo(name: str) -> bytes:
    with demo_photos() as folder:
        return (Path(folder) / name).read_bytes()


def tried(api: httpx.Client, picture: bytes, kind: str = "image/jpeg", **query: str) -> httpx.Response:
    return api.post("api/classify", params=query, content=picture, headers={"Content-Type": kind})


@pytest.mark.parametrize("query", [{}, {"view": "table"}, {"model": "builtin"}, {"model": "own.tflite"}])
def test_what_a_model_says_of_it(api: httpx.Client, query: dict[str, str]) -> None:
    found = tried(api, photo("espresso.jpg"), **query).json()
    assert (found["top"][0]["label"], len(found["top"]), found["unknown"]) == ("espresso", 5, None)
    assert found["model"] == ("own" if query.get("model") == "own.tflite" else "builtin")
    assert found["ms"] > 0


def test_a_taught_one_says_how_strange_it_is(api: httpx.Client) -> None:
    png = cv2.imencode(".png", coloured(GREEN, seed=500)[:, :, ::-1])[1].tobytes()
    known = tried(api, png, "image/png", model="gates").json()
    strange = tried(api, photo("cat.jpg"), model="gates").json()
    assert known["top"][0]["label"] == "open"
    assert known["unknown"] < strange["unknown"] <= 1


@pytest.mark.parametrize(
    ("picture", "query", "status", "error"),
    [
        (b"no picture", {}, 422, "the picture: expected an image"),
        (b"\xff\xd8\xff\xe0 cut off", {}, 422, "the picture: expected"),
        (b"x", {"model": "/etc/passwd"}, 404, "model: expected one of builtin,"),
        (b"x", {"view": "tabel"}, 404, "view: expected one of table, found 'tabel'"),
        (b"x", {"view": "table", "model": "builtin"}, 422, "model, view: expected one of both, found both"),
        (b"x", {"model": "far"}, 404, "far: expected the model in"),
        (b"", {}, 400, "the body: expected image/*, found nothing"),
    ],
)
def test_what_is_refused_is_one_sentence(
    api: httpx.Client, picture: bytes, query: dict[str, str], status: int, error: str
) -> None:
    found = tried(api, picture, **query)
    assert (found.status_code, found.json()["error"][: len(error)]) == (status, error)


def test_one_that_is_too_large_is_not_read(api: httpx.Client) -> None:
    found = tried(api, b"x" * (21 << 20))
    assert found.status_code == 413
    assert found.json()["error"].startswith("the body: expected at most 20971520 bytes")
