"""Requests of the contract over HTTP, carried out by a real daemon."""

import httpx
import pytest

from edgeclassify.contract.responses import HistoryResponse
from edgeclassify.types import Command
from tests.web.api.routed import SilentNode, response


def test_what_it_carries_is_the_answer(api: httpx.Client) -> None:
    found = api.post("api/requests/classify_now", json={"view": "table"})
    assert found.status_code == 200
    assert found.json()["view"] == "table"
    assert len(found.json()["top"]) == 5


def test_without_a_body_it_is_asked_for_nothing_special(api: httpx.Client) -> None:
    assert list(api.post("api/requests/ping").json()) == ["ts"]
    assert list(api.post("api/requests/info").json()["models"]) == ["table"]


def test_a_connection_serves_for_one_request_after_the_other(api: httpx.Client) -> None:
    streams = set()
    for _ in range(5):
        found = api.post("api/requests/ping")
        assert found.status_code == 200
        streams.add(found.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(streams) == 1


def test_one_of_a_family(api: httpx.Client) -> None:
    assert api.post("api/requests/teach/list", json={}).json() == {"models": [], "more": False}


def test_an_answer_of_another_thread(api: httpx.Client) -> None:
    data = api.post("api/requests/history", json={"limit": 2}).json()
    assert len(data["events"]) == 2
    HistoryResponse.model_validate_json(
        httpx.Response(
            200, json={"transaction": None, "status": "ok", "v": 1, "data": data, "error": None}
        ).content
    )


def test_what_is_paused_goes_on(api: httpx.Client) -> None:
    paused = api.post("api/requests/pause", json={"seconds": 60}).json()
    assert (paused["views"], paused["enabled"], "until" in paused) == (["table"], False, True)
    assert not api.get("api/node").json()["views"][0]["enabled"]
    assert api.post("api/requests/resume").json() == {"views": ["table"], "enabled": True}
    assert api.get("api/node").json()["views"][0]["enabled"]


@pytest.mark.parametrize(
    ("command", "body", "status", "error"),
    [
        (
            "classify_now",
            {"view": "tabel"},
            422,
            "view: expected one of table, found 'tabel'. Did you mean \"table\"?",
        ),
        ("pause", {"seconds": -1}, 422, "seconds: expected a number above 0, 2592000 at most, found -1"),
        ("profile", {"profile": "night"}, 409, "profile: the config has no profiles, found"),
        ("pign", {}, 404, "there is nothing at this address"),
    ],
)
def test_what_is_refused_is_one_sentence(
    api: httpx.Client, command: str, body: dict[str, object], status: int, error: str
) -> None:
    found = api.post(f"api/requests/{command}", json=body)
    assert (found.status_code, found.json()["error"][: len(error)]) == (status, error)


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"[1]", 422, "payload: expected a JSON object, found a list with 1 entries"),
        (b'{"view": 1, "view": 2}', 422, "'view': expected once, found twice in one object"),
        (b'{"view": "' + b"x" * 5000 + b'"}', 413, "the body: expected at most 4096 bytes, found 5012 or more"),
        (b"\xff", 422, "payload: expected UTF-8 text, found byte 0xff"),
    ],
)
def test_what_is_no_request(api: httpx.Client, content: bytes, status: int, error: str) -> None:
    found = api.post("api/requests/classify_now", content=content, headers={"Content-Type": "application/json"})
    assert (found.status_code, found.json()) == (status, {"error": error})


def test_a_node_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from edgeclassify.web.api import requests

    monkeypatch.setattr(requests, "WAIT_S", 0.05)
    node = SilentNode()
    found = response(requests.REQUESTS, "POST", "/api/requests/ping", node=node)
    assert (found.status_code, found.json()) == (504, {"error": "ping: the node has not answered within 0.05 s"})
    assert [one.command for one in node.asked] == [Command.PING]
