"""Endpoints as routes: what is checked, and how it is told what was wrong."""

import asyncio
import logging
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Router

from edgeclassify import redaction
from edgeclassify.contract import responses as contract
from edgeclassify.errors import (
    ConfigError,
    EdgeClassifyError,
    ImageError,
    ModelMissingError,
    StorageError,
    UsageError,
)
from edgeclassify.late_model import Field
from edgeclassify.web.api.incoming import pieces
from edgeclassify.web.api.interface import ApiBody, Asked
from edgeclassify.web.api.routing import LARGE_AT_ONCE, LARGE_BYTES, routes_of
from tests.web.api.routed import SilentNode, around, endpoint, response, responses


class Said(ApiBody):
    word: str = Field(max_length=5)
    times: int = 1


class Wanted(ApiBody):
    count: int = 3
    deep: bool = False


async def repeat(asked: Asked) -> Said:
    return Said(word=asked.body.word * asked.body.times)


async def echo_query(asked: Asked) -> Response:
    return PlainTextResponse(repr(asked.query))


async def echo_bytes(asked: Asked) -> Response:
    return PlainTextResponse(f"{type(asked.body).__name__} {len(asked.body)}")


def error_of(found: Any) -> tuple[int, str]:
    assert list(found.json()) == ["error"], found.text
    return found.status_code, found.json()["error"]


# --- bodies -------------------------------------------------------------------------------------------------


def posted(**more: Any) -> Any:
    return response([endpoint(repeat, "POST", body=Said)], "POST", **more)


def test_a_body_is_checked_and_answered_by_a_body() -> None:
    found = posted(json={"word": "ab", "times": 2})
    assert (found.status_code, found.json()) == (200, {"word": "abab", "times": 1})
    assert found.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "word: expected a value, found nothing"),
        ({"word": "abcdef"}, "word: expected text of at most 5 characters, found 'abcdef'"),
        ({"word": 1}, "word: expected text, found 1"),
        ({"word": "a", "times": "2"}, "times: expected a whole number, found '2'"),
        (
            {"word": "a", "tiems": 2},
            "'tiems': expected one of word, times, found an unknown key. Did you mean \"times\"?",
        ),
        ([1], "the body: expected an object, found a list with 1 entries"),
    ],
)
def test_what_is_wrong_with_a_body_is_one_sentence(body: Any, error: str) -> None:
    assert error_of(posted(json=body)) == (422, error)


def test_a_password_is_not_told_in_an_error() -> None:
    class Login(ApiBody):
        password: str

    found = response([endpoint(repeat, "POST", body=Login)], "POST", json={"password": 123456})
    assert error_of(found) == (422, "password: expected text, found something else")


def test_a_body_that_is_no_json() -> None:
    status, error = error_of(posted(content=b'{"word": ', headers={"Content-Type": "application/json"}))
    assert status == 422
    assert error.startswith("the body: expected JSON (EOF while parsing")


def test_a_body_of_another_type_is_not_read() -> None:
    found = posted(content=b'{"word": "a"}', headers={"Content-Type": "text/plain"})
    assert error_of(found) == (415, "Content-Type: expected application/json, found 'text/plain'")


def test_no_body_is_an_empty_one() -> None:
    class Nothing(ApiBody):
        word: str = "none"

    async def answer(asked: Asked) -> Nothing:
        return asked.body  # type: ignore[no-any-return]

    assert response([endpoint(answer, "POST", body=Nothing)], "POST").json() == {"word": "none"}


def test_a_body_that_the_answer_judges_comes_as_bytes() -> None:
    where = [endpoint(echo_bytes, "POST", body=Said, judges_body=True)]
    assert response(where, "POST", json=["anything"]).text == "bytes 12"


def test_a_picture_comes_as_bytes_up_to_its_bound() -> None:
    where = [endpoint(echo_bytes, "POST", takes="image/*", most_bytes=10)]

    def sent(content: bytes, kind: str = "image/png") -> Any:
        return response(where, "POST", content=content, headers={"Content-Type": kind})

    assert sent(b"x" * 10).text == "bytes 10"
    assert error_of(sent(b"x" * 11)) == (413, "the body: expected at most 10 bytes, found 11 or more")
    assert sent(b"x" * 11).headers["connection"] == "close"
    assert error_of(sent(b"")) == (400, "the body: expected image/*, found nothing")
    assert error_of(sent(b"x", "text/html")) == (415, "Content-Type: expected image/*, found 'text/html'")


def test_a_body_without_a_length_is_bounded_while_it_comes() -> None:
    async def parts() -> Any:
        for _ in range(100):
            yield b"xxxx"

    where = [endpoint(echo_bytes, "POST", takes="image/*", most_bytes=10)]
    found = response(where, "POST", content=parts(), headers={"Content-Type": "image/png"})
    assert error_of(found) == (413, "the body: expected at most 10 bytes, found 12 or more")


def test_an_answer_may_read_a_body_piece_by_piece() -> None:
    async def answer(asked: Asked) -> Response:
        return PlainTextResponse(str(sum([len(piece) async for piece in pieces(asked.request, 10)])))

    where = [endpoint(answer, "POST")]
    assert response(where, "POST", content=b"x" * 10).text == "10"
    assert response(where, "POST", content=b"x" * 11).status_code == 413


# --- queries ------------------------------------------------------------------------------------------------


def test_a_query_is_checked() -> None:
    where = [endpoint(echo_query, query=Wanted)]

    def asked(query: str) -> Any:
        return response(where, path=f"/api/it?{query}")

    assert asked("count=5&deep=true").text == "Wanted(count=5, deep=True)"
    assert asked("").text == "Wanted(count=3, deep=False)"
    assert error_of(asked("count=many")) == (422, "count: expected a whole number, found 'many'")
    assert error_of(asked("count=1&count=2")) == (422, "'count': expected once, found twice in the query")
    assert error_of(asked("conut=1")) == (
        422,
        "'conut': expected one of count, deep, found an unknown key. Did you mean \"count\"?",
    )


# --- paths and methods ----------------------------------------------------------------------------------------


def test_parameters_of_the_path_come_as_text() -> None:
    async def answer(asked: Asked) -> Response:
        return PlainTextResponse(repr(dict(asked.path)))

    where = [endpoint(answer, path="/api/views/{view}/it/{what}.jpg")]
    assert response(where, path="/api/views/g%20a/it/7.jpg").text == "{'view': 'g a', 'what': '7'}"


def test_methods_of_one_path() -> None:
    where = [endpoint(echo_query), endpoint(repeat, "POST", body=Said)]
    got, posted, deleted, head = responses(
        where,
        ("GET", "/api/it", {}),
        ("POST", "/api/it", {"json": {"word": "a"}}),
        ("DELETE", "/api/it", {}),
        ("HEAD", "/api/it", {}),
    )
    assert (got.status_code, posted.status_code) == (200, 200)
    assert error_of(deleted) == (405, "expected GET, POST, HEAD here, found DELETE")
    assert deleted.headers["allow"] == "GET, POST, HEAD"
    assert head.status_code == 200


def test_nobody_asks_for_the_head_of_what_has_no_end() -> None:
    where = [endpoint(echo_query, gives="text/event-stream")]
    assert response(where, "HEAD").status_code == 405


def test_nothing_else_is_there() -> None:
    assert error_of(response([], path="/api/else")) == (404, "there is nothing at this address")


def test_pictures_are_not_there_where_the_node_shows_labels_only() -> None:
    where = [endpoint(echo_query, needs_pictures=True)]
    assert response(where).status_code == 200
    found = response(where, node=SilentNode(labels_only=True))
    assert error_of(found) == (404, "this node shows labels only: node.labels_only")


# --- answers ------------------------------------------------------------------------------------------------


def test_no_answer_is_204() -> None:
    async def nothing(_: Asked) -> None:
        pass

    assert response([endpoint(nothing)]).status_code == 204


def test_a_status_of_its_own() -> None:
    async def later(_: Asked) -> Said:
        return Said(word="later")

    assert response([endpoint(later, status=202)]).status_code == 202


def test_a_body_of_the_contract_leaves_out_what_may_be_absent() -> None:
    async def switched(_: Asked) -> contract.Switched:
        return contract.Switched.of(["gate"], enabled=True)

    assert response([endpoint(switched)]).json() == {"views": ["gate"], "enabled": True}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("no such thing"), 400),
        (ConfigError("no such thing"), 422),
        (ImageError("no such thing"), 422),
        (ModelMissingError("no such thing"), 404),
        (StorageError("no such thing"), 507),
        (EdgeClassifyError("no such thing"), 409),
    ],
)
def test_each_error_has_its_status(error: EdgeClassifyError, status: int) -> None:
    async def fail(_: Asked) -> None:
        raise error

    assert error_of(response([endpoint(fail)])) == (status, "no such thing")


def test_a_secret_and_a_lone_surrogate_are_not_told() -> None:
    redaction.KNOWN.remember(["hunter2"])

    async def fail(_: Asked) -> None:
        raise EdgeClassifyError("a file \udcff of hunter2")

    status, error = error_of(response([endpoint(fail)]))
    assert (status, "hunter2" in error, "a file ? of" in error) == (409, False, True)


def test_a_bug_is_logged_and_told_of_in_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: Asked) -> None:
        raise ZeroDivisionError("secret detail")

    with caplog.at_level(logging.ERROR):
        found = response([endpoint(fail)])
    assert error_of(found) == (500, "a fault in edgeclassify: its log tells more")
    assert "GET /api/it failed by a fault in edgeclassify" in caplog.text
    assert "secret detail" in caplog.text


def test_who_hangs_up_while_sending_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    async def read(_: Asked) -> None:
        raise ClientDisconnect

    with caplog.at_level(logging.WARNING):
        assert response([endpoint(read)]).status_code == 400
    assert caplog.text == ""


def test_large_bodies_wait_for_each_other_and_small_ones_for_nobody() -> None:
    """Each is held in memory, as a whole."""
    here = most = 0

    async def hold(_: Asked) -> None:
        nonlocal here, most
        here += 1
        most = max(most, here)
        await asyncio.sleep(0.02)
        here -= 1

    async def ask(most_bytes: int) -> int:
        nonlocal most
        most = 0
        one = endpoint(hold, "POST", takes="image/*", most_bytes=most_bytes)
        app = Router(routes_of([one], around(SilentNode())))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as client:
            picture = {"content": b"x", "headers": {"Content-Type": "image/png"}}
            await asyncio.gather(*(client.post("/api/it", **picture) for _ in range(6)))  # type: ignore[arg-type]
        return most

    assert asyncio.run(ask(LARGE_BYTES + 1)) == LARGE_AT_ONCE
    assert asyncio.run(ask(LARGE_BYTES)) == 6
