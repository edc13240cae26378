"""The page's own files."""

import asyncio
import gzip
import os
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException

from edgeclassify.web.serving.assets import Assets

SCRIPT = b"export const a = 1;\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "assets"
    (made / "parts").mkdir(parents=True)
    (made / "index.html").write_text("<!doctype html>")
    (made / "parts/a.js").write_bytes(SCRIPT)
    (made / "icons.svg").write_text("<svg/>")
    (made / ".hidden.js").write_text("no")
    (made / "notes.md").write_text("no")
    (made / "a.js.orig").write_text("no")
    (tmp_path / "secret.txt").write_text("secret")
    (made / "link.txt").symlink_to(tmp_path / "secret.txt")
    return made


def ask(assets: Assets, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(assets)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, path, headers={"accept-encoding": "", **named})

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/parts/a.js", "text/javascript; charset=utf-8"),
        ("/icons.svg", "image/svg+xml"),
    ],
)
def test_files_are_sent_as_what_they_are(folder: Path, path: str, kind: str) -> None:
    answer = ask(Assets(folder), path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt", "/../secret.txt", "/parts/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/parts/%2e%2e%2f%2e%2e%2fsecret.txt", "/..\\secret.txt", "//etc/passwd", "/parts", "/parts/",
        "/link.txt", "/.hidden.js", "/notes.md", "/a.js.orig", "/parts/a.js/", "/parts/a.js%00", "/PARTS/a.js",
    ],
)  # fmt: skip
def test_nothing_else_is(folder: Path, path: str) -> None:
    with pytest.raises(HTTPException) as error:
        ask(Assets(folder), path)
    assert error.value.status_code == 404


def test_what_a_browser_knows_is_not_sent_again(folder: Path) -> None:
    assets = Assets(folder)
    tag = ask(assets, "/parts/a.js").headers["etag"]
    for said in (tag, f"W/{tag}", f'"other", {tag}'):
        again = ask(assets, "/parts/a.js", if_none_match=said)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ask(assets, "/parts/a.js", if_none_match='"other"').content == SCRIPT


def test_it_is_sent_again_where_the_file_is_another_one(folder: Path) -> None:
    assets = Assets(folder)
    tag = ask(assets, "/parts/a.js").headers["etag"]
    (folder / "parts/a.js").write_bytes(b"new")
    answer = ask(assets, "/parts/a.js", if_none_match=tag)
    assert (answer.status_code, answer.content) == (200, b"new")


def test_it_is_not_sent_again_where_only_its_time_is_another_one(folder: Path) -> None:
    assets = Assets(folder)
    tag = ask(assets, "/parts/a.js").headers["etag"]
    os.utime(folder / "parts/a.js", (1, 1))
    assert ask(assets, "/parts/a.js", if_none_match=tag).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "packs"),
    [("gzip, br", True), ("br;q=1, GZIP;q=0.5", True), ("gzip;q=0", False), ("br", False), ("identity", False)],
)
def test_text_is_sent_compressed_to_who_takes_it(folder: Path, accepted: str, packs: bool) -> None:
    raw = raw_body(Assets(folder), "/parts/a.js", accepted)
    assert (raw.headers.get("content-encoding") == "gzip") is packs
    assert raw.headers["vary"] == "Accept-Encoding"
    body = raw.extensions["raw"]
    assert (gzip.decompress(body) if packs else body) == SCRIPT
    assert raw.headers["content-length"] == str(len(body))
    assert raw.headers["etag"].endswith('-gz"') is packs


def raw_body(assets: Assets, path: str, accepted: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(assets)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://node") as client,
            client.stream("GET", path, headers={"accept-encoding": accepted}) as answer,
        ):
            answer.extensions["raw"] = b"".join([piece async for piece in answer.aiter_raw()])
            return answer

    return asyncio.run(asked())


def test_a_head_has_no_body_and_nothing_is_changed(folder: Path) -> None:
    assets = Assets(folder)
    with pytest.raises(HTTPException) as error:
        ask(assets, "/index.html", "POST")
    assert (error.value.status_code, error.value.headers) == (405, {"Allow": "GET, HEAD"})
    assert ask(assets, "/index.html", "HEAD").status_code == 200


def test_a_file_that_goes_away_is_not_there(folder: Path) -> None:
    assets = Assets(folder)
    (folder / "icons.svg").unlink()
    with pytest.raises(HTTPException):
        ask(assets, "/icons.svg")


def test_there_may_be_none(tmp_path: Path) -> None:
    assert Assets(tmp_path).paths == frozenset()
    assert {"/", "/index.html"} <= Assets().paths
