"""Who is let in, asked of a real daemon."""

import asyncio
import base64
import logging
import re
import threading
from pathlib import Path

import httpx
import pytest

from edgeclassify.web.safety import access_in_force, lasting
from edgeclassify.web.safety.access_file import AccessFile, write_access
from edgeclassify.web.safety.access_in_force import AccessInForce
from edgeclassify.web.safety.attempts import PER_ADDRESS, Attempts
from edgeclassify.web.safety.door import Door, Entry
from edgeclassify.web.safety.password_checks import PasswordChecks
from edgeclassify.web.safety.passwords import PasswordHash, is_password, password_hash
from edgeclassify.web.safety.sessions import Sessions
from edgeclassify.web.safety.visitors import Visitor
from tests.support.waiting import patient, wait_for
from tests.web.safety.conftest import ACCESS, CHANGE, LOOK, PAGE, PASSWORD, StartNode, log_in


def basic(secret: str, user: str = "anybody") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_without_a_password_this_machine_is_let_in(start_node: StartNode) -> None:
    client = start_node(locked=False)
    assert client.get("/api/node").status_code == 200
    said = client.get("/api/session").json()
    assert (said["authenticated"], said["password_needed"], said["csrf"]) == (True, False, "page")
    assert log_in(client, "any").status_code == 409


def test_what_nobody_need_log_in_for_says_little(start_node: StartNode) -> None:
    client = start_node()
    assert client.get("/api/session").json() == {
        "authenticated": False,
        "password_needed": True,
        "labels_only": False,
        "version": "",
        "csrf": "page",
    }
    assert set(client.get("/healthz").json()) == {"status"}
    assert client.get("/").status_code == 200


def test_all_else_is_refused_until_one_has(start_node: StartNode) -> None:
    """Every endpoint that the document knows, and paths that nobody knows."""
    client = start_node()
    document = client.get("/api/openapi.json", headers=bearer(LOOK)).json()
    open_ones = {"/healthz", "/api/session", "/api/login", "/api/logout"}
    asked = 0
    for path, methods in document["paths"].items():
        for method in methods:
            if path not in open_ones:
                answer = client.request(method, re.sub(r"\{.*?\}", "x", path), headers=PAGE)
                assert (answer.status_code, list(answer.json())) == (401, ["error"]), (method, path)
                asked += 1
    assert asked > 15
    for path in ("/metrics", "/api/openapi.json", "/api/", "/api/none", "/none", "/api/session/", "//api/now"):
        assert client.get(path, headers=PAGE).status_code == 401, path


def test_a_browser_logs_in_and_out(start_node: StartNode) -> None:
    client = start_node()
    answer = log_in(client)
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"):
        assert part in cookie.split("; ")
    assert "Secure" not in cookie, "over http a browser would not send it"
    assert client.get("/api/node").status_code == 200
    assert client.get("/api/session").json()["authenticated"]
    kept = cookie.partition(";")[0]
    assert client.post("/api/logout", headers=PAGE).status_code == 204
    assert client.get("/api/node").status_code == 401
    again = client.get("/api/node", headers={"Cookie": kept})
    assert again.status_code == 401, "it is over, not only forgotten"


def test_a_session_outlives_a_restart_of_the_page_and_not_another_password(
    start_node: StartNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_in_force, "LOOKS_S", 0.0)
    client = start_node()
    log_in(client)
    bench = client.bench  # type: ignore[attr-defined]
    bench.document["web"]["fps"] = 3.0
    bench.reload()
    assert client.get("/api/node").status_code == 200
    write_access(tmp_path / "web-access.json", AccessFile(password_hash("other password")))
    assert client.get("/api/node").status_code == 401
    assert log_in(client, "other password").status_code == 204


def test_a_cookie_that_is_none_opens_nothing(start_node: StartNode) -> None:
    client = start_node()
    name = log_in(client).headers["set-cookie"].partition("=")[0]
    client.cookies.clear()
    for value in (b"", b"x", b"x" * 5000, b'"', "ä".encode(), b"../../etc/passwd", b"a; b=c", b"%00"):
        answer = client.get("/api/node", headers={b"Cookie": name.encode() + b"=" + value})
        assert answer.status_code == 401, value


def test_a_wrong_password_opens_nothing(start_node: StartNode) -> None:
    client = start_node()
    for password in ("", "x" * 3000, PASSWORD.upper(), "\u0000\U0001f511"):
        answer = log_in(client, password)
        assert (answer.status_code, answer.json()) == (401, {"error": "wrong password"})
        assert "set-cookie" not in answer.headers


def test_what_is_no_login_is_one_sentence(start_node: StartNode) -> None:
    client = start_node()
    headers = {**PAGE, "Content-Type": "application/json"}
    for body, status in (
        (b"", 422), (b"{}", 422), (b"[]", 422), (b"null", 422), (b'{"password": 1}', 422), (b"\xff", 422),
        (b'{"password": "' + b"x" * 5000 + b'"}', 413), (b"[" * 3000, 422),
        (b'{"password": "a", "more": 1}', 422),
    ):  # fmt: skip
        answer = client.post("/api/login", content=body, headers=headers)
        assert (answer.status_code, list(answer.json())) == (status, ["error"]), body[:50]


def test_who_guesses_waits_and_who_is_in_does_not(start_node: StartNode, caplog: pytest.LogCaptureFixture) -> None:
    client = start_node()
    log_in(client)
    stranger = httpx.Client(base_url=client.base_url)
    with caplog.at_level(logging.WARNING, "edgeclassify.web"):
        for _ in range(PER_ADDRESS):
            assert log_in(stranger, "wrong").status_code == 401
        for _ in range(3):
            answer = log_in(stranger)
            assert answer.status_code == 429, "the right one too, or guessing would go on"
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert "try again in" in answer.json()["error"]
    assert [message for message in caplog.messages if "wrong" in message] == [
        "page: 5 wrong passwords from 127.0.0.1: it waits for 60 s"
    ]
    assert client.get("/api/node").status_code == 200
    assert stranger.get("/api/node", headers=bearer(LOOK)).status_code == 200
    assert stranger.get("/api/node", headers=basic(PASSWORD)).status_code == 429, "known, and no oracle"
    stranger.close()


def test_many_guesses_at_once_are_counted_all(start_node: StartNode) -> None:
    client = start_node()
    found: list[int] = []

    def guess(number: int) -> None:
        answer = httpx.post(
            f"{client.base_url}/api/login", json={"password": f"wrong {number}"}, headers=PAGE, timeout=patient(20)
        )
        found.append(answer.status_code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(401) <= PER_ADDRESS
    assert found.count(401) + found.count(429) == 20


def test_programs_are_let_in_by_a_token(start_node: StartNode) -> None:
    client = start_node()
    for said in (basic(LOOK), basic(CHANGE, ""), bearer(LOOK), bearer(CHANGE)):
        assert client.get("/api/node", headers=said).status_code == 200


def test_a_password_by_basic_is_checked_once(start_node: StartNode, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def noting(said: str, kept: PasswordHash) -> bool:
        checked.append(said)
        return is_password(said, kept)

    monkeypatch.setattr(access_in_force, "is_password", noting)
    client = start_node()
    for _ in range(10):
        assert client.get("/api/node", headers=basic(PASSWORD)).status_code == 200
    assert checked == [PASSWORD]


def test_several_pictures_at_once_are_one_check(start_node: StartNode) -> None:
    client = start_node()
    found: list[int] = []

    def ask() -> None:
        found.append(
            httpx.get(f"{client.base_url}/api/node", headers=basic(PASSWORD), timeout=patient(20)).status_code
        )

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 12


def test_a_token_that_may_look_changes_nothing(start_node: StartNode) -> None:
    client = start_node()
    answer = client.post("/api/requests/ping", json={}, headers=bearer(LOOK))
    assert answer.status_code == 403
    assert "may look" in answer.json()["error"]
    assert client.post("/api/requests/ping", json={}, headers=bearer(CHANGE)).status_code == 200


def test_what_does_not_say_who_it_is_is_nobody(start_node: StartNode) -> None:
    client = start_node()
    log_in(client)
    for said in (
        "Bearer", "Bearer x", "Bearer ect_guess", "Basic", "Basic !!!", "Basic eDp5", "Digest a=b", "x", "Basic",
        "Basic " + base64.b64encode(b"no colon").decode(), "Bearer " + "x" * 5000, "Negotiate abc",
        f"Bearer {PASSWORD}x", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
    ):  # fmt: skip
        answer = client.get("/api/node", headers={"Authorization": said})
        assert answer.status_code == 401, f"a cookie does not count where something else is said: {said}"


def test_programs_are_asked_and_browsers_are_not(start_node: StartNode) -> None:
    client = start_node()
    assert client.get("/api/node").headers["www-authenticate"].startswith("Basic ")
    for headers in ({"User-Agent": "Mozilla/5.0 (X11)"}, PAGE):
        assert "www-authenticate" not in client.get("/api/node", headers=headers).headers


def test_a_password_that_is_made_meanwhile_locks_the_door(
    start_node: StartNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_in_force, "LOOKS_S", 0.0)
    client = start_node(locked=False)
    assert client.get("/api/node").status_code == 200
    write_access(tmp_path / "web-access.json", AccessFile(password_hash(PASSWORD)))
    assert client.get("/api/node").status_code == 401
    (tmp_path / "web-access.json").unlink()
    assert client.get("/api/node").status_code == 401, "nobody opens it by taking the file away"


def test_an_open_address_without_a_password_is_one_message_and_no_page(
    start_node: StartNode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        client = start_node(locked=False, listen="0.0.0.0")
    (message,) = [message for message in caplog.messages if "no page" in message]
    assert "web.listen: expected a password, since others reach 0.0.0.0" in message
    assert "Run: sudo edgeclassify web password" in message
    with pytest.raises(httpx.ConnectError):
        client.get("/healthz")
    bench = client.bench  # type: ignore[attr-defined]
    wait_for(lambda: len(bench.sink.of("state")) > 0)
    write_access(tmp_path / "web-access.json", AccessFile(password_hash(PASSWORD)))
    bench.reload()
    assert client.get("/api/node").status_code == 401
    assert log_in(client).status_code == 204
    assert client.get("/api/node").status_code == 200


def test_a_damaged_access_file_is_one_message_and_no_page(
    start_node: StartNode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "web-access.json").write_text("{")
    with caplog.at_level(logging.ERROR):
        client = start_node(locked=False)
    assert len([message for message in caplog.messages if "no page" in message]) == 1
    with pytest.raises(httpx.ConnectError):
        client.get("/healthz")


def test_a_stream_ends_with_the_session_that_sees_it(
    start_node: StartNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting, "LOOKS_S", 0.0)
    client = start_node()
    log_in(client)
    with client.stream("GET", "/api/stream") as stream:
        pieces = stream.iter_raw()
        assert next(pieces)
        assert client.post("/api/logout", headers=PAGE).status_code == 204
        with pytest.raises(httpx.RemoteProtocolError):
            for _ in pieces:
                pass


@pytest.mark.parametrize("way", ["nobody", "cookie", "token", "password"])
def test_leave_ends_with_what_gave_it(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_in_force, "LOOKS_S", 0.0)
    path, visitor = tmp_path / "web-access.json", Visitor("127.0.0.1", "localhost")
    if way != "nobody":
        write_access(path, ACCESS)
    access = AccessInForce(path, is_needed=False)
    door = Door(access, Sessions(None), PasswordChecks(access, Attempts()), node="n")

    async def entered() -> Entry:
        said = {"nobody": {}, "token": bearer(LOOK), "password": basic(PASSWORD), "cookie": {}}[way]
        if way == "cookie":
            said["cookie"] = (await door.log_in(PASSWORD, visitor)).partition(";")[0]
        found = await door.entry(visitor, {name.lower(): value for name, value in said.items()})
        assert found is not None
        return found

    entry = asyncio.run(entered())
    assert entry.is_valid()
    write_access(path, AccessFile(password_hash("other password")))
    assert not entry.is_valid()
