"""Fetching from a real server that fails: what has come is kept, and what is not as signed is not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.errors import StorageError
from edgeclassify.updates import fetching
from edgeclassify.updates.fetching import fetch_model, fetch_small, joined
from edgeclassify.updates.interface import FetchError, UpdateError
from tests.updates.made import model
from tests.updates.web_server import Web, web_server

CONTENT = bytes(range(256)) * 100


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as made:
        made.files["/m.tflite"] = CONTENT
        yield made


def test_a_small_file_as_a_whole(web: Web) -> None:
    assert fetch_small(f"{web.url}/m.tflite", len(CONTENT)) == CONTENT
    with pytest.raises(UpdateError, match="expected at most 25599 bytes"):
        fetch_small(f"{web.url}/m.tflite", len(CONTENT) - 1)


def test_who_asks_is_told_and_not_where_it_is_redirected_to(web: Web) -> None:
    host = web.url.removeprefix("http://")
    fetch_small(f"http://me:secr%C3%A9t@{host}/m.tflite", 10**6)
    assert web.asked[-1][2] == "Basic bWU6c2VjcsOpdA=="
    with web_server() as other:
        other.files["/x"] = b"x"
        web.redirect = f"{other.url}/x"
        assert fetch_small(f"http://me:secret@{host}/m.tflite", 10) == b"x"
        assert other.asked[-1][2] == ""
        web.redirect = "ftp://127.0.0.1/x"
        with pytest.raises(FetchError, match="redirects to another scheme"):
            fetch_small(f"{web.url}/m.tflite", 10)


@pytest.mark.parametrize("status", [404, 500, 403])
def test_a_refusal_is_said_with_its_status(web: Web, status: int) -> None:
    web.status = status
    with pytest.raises(FetchError, match=f"the server answers {status}"):
        fetch_small(f"{web.url}/{'none' if status == 404 else 'm.tflite'}", 10)


def test_a_server_that_is_away_is_said(web: Web) -> None:
    with pytest.raises(FetchError, match="can't be reached"):
        fetch_small("http://127.0.0.1:9/x", 10)
    web.files["/x"] = b"whole"
    web.length_off = 3
    with pytest.raises(FetchError, match="ended 3 bytes early"):
        fetch_small(f"{web.url}/x", 10)


def test_a_model_is_resumed_where_it_was_left(web: Web, tmp_path: Path) -> None:
    wanted, url = model(CONTENT), f"{web.url}/m.tflite"
    web.break_after = 10_000
    for there in (10_000, 20_000):
        with pytest.raises(FetchError):
            fetch_model(wanted, url, tmp_path)
        assert (tmp_path / ".m.tflite.part").stat().st_size == there
        assert not (tmp_path / "m.tflite").exists()
    assert fetch_model(wanted, url, tmp_path).read_bytes() == CONTENT
    assert [asked[1] for asked in web.asked] == ["", "bytes=10000-", "bytes=20000-"]
    fetch_model(wanted, url, tmp_path)
    assert len(web.asked) == 3
    assert [one.name for one in tmp_path.iterdir()] == ["m.tflite"]


def test_a_server_without_ranges_begins_anew(web: Web, tmp_path: Path) -> None:
    web.break_after = 10_000
    with pytest.raises(FetchError):
        fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path)
    web.break_after, web.ranges = None, False
    assert fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("there", [b"y" * len(CONTENT), CONTENT[:-1] + b"x", b"short", CONTENT + b"longer"])
def test_what_is_not_as_signed_is_thrown_away(web: Web, tmp_path: Path, there: bytes) -> None:
    web.files["/m.tflite"] = there
    with pytest.raises((UpdateError, FetchError)):
        fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path)
    assert not (tmp_path / "m.tflite").exists()
    web.files["/m.tflite"] = CONTENT
    for _ in range(2):
        try:
            assert fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path).read_bytes() == CONTENT
            break
        except UpdateError:  # the part of another file is thrown away, and the next look has the right one
            continue
    assert (tmp_path / "m.tflite").read_bytes() == CONTENT


def test_a_model_that_was_damaged_on_the_disk_is_fetched_anew(web: Web, tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(CONTENT[:-1] + b"x")
    assert fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path).read_bytes() == CONTENT


def test_a_full_disk_is_said_before_anything_is_fetched(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = len(CONTENT) + fetching.SPARE_BYTES
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free - 1))
    with pytest.raises(StorageError, match="Make room"):
        fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path)
    assert web.asked == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path)


def test_what_comes_too_slowly_is_left_for_the_next_time(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MODEL_S", -1.0)
    with pytest.raises(FetchError, match="comes too slowly"):
        fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path)
    with pytest.raises(FetchError, match="the daemon ends"):
        fetch_model(model(CONTENT), f"{web.url}/m.tflite", tmp_path / "other", lambda: True)


def test_files_of_a_stick(tmp_path: Path) -> None:
    stick = tmp_path / "stick" / "models"
    stick.mkdir(parents=True)
    (stick / "m.tflite").write_bytes(CONTENT)
    url = joined(f"file:{tmp_path}/stick/update", "models/m.tflite")
    assert fetch_model(model(CONTENT), url, tmp_path / "here").read_bytes() == CONTENT
    with pytest.raises(FetchError, match="expected a file, found none"):
        fetch_small(f"file:{tmp_path}/none", 10)


@pytest.mark.parametrize(
    ("manifest", "url", "found"),
    [
        ("https://a/b/u", "models/m", "https://a/b/models/m"), ("https://a/b/u", "/m", "https://a/m"),
        ("https://a/b/u", "https://c/m", "https://c/m"), ("file:/s/u", "models/m", "file:/s/models/m"),
        ("file:/s/u", "my%20rel/a%25b%3Ac", "file:/s/my rel/a%b:c"),
        ("https://a/b/u", "my%20rel/m", "https://a/b/my%20rel/m"),
        ("file:/s/u", "https://c/m", "https://c/m"), ("http://me:pw@a/b/u", "m", "http://me:pw@a/b/m"),
    ],
)  # fmt: skip
def test_where_a_model_is(manifest: str, url: str, found: str) -> None:
    assert joined(manifest, url) == found
