"""What browsers and strangers may not do, asked of a real daemon."""

import socket
import ssl
from pathlib import Path

import httpx
import pytest

from edgeclassify.web.safety.headers import CONTENT_POLICY
from tests.web.safety.conftest import LOOK, PAGE, StartNode, log_in

EVIL = "http://evil.example"


def raw(client: httpx.Client, request: bytes) -> bytes:
    port = client.base_url.port
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), 10) as browser:
        browser.sendall(request)
        found = b""
        while piece := browser.recv(65536):
            found += piece
        return found


def test_a_strangers_name_leads_nowhere(start_node: StartNode, caplog: pytest.LogCaptureFixture) -> None:
    client = start_node(locked=False)
    for host in ("evil.example", "evil.example:80", "127.0.0.1.nip.io", "a b", ""):
        for path in ("/", "/api/session", "/api/node", "/healthz"):
            answer = client.get(path, headers={"Host": host})
            assert answer.status_code == 421, (host, path)
            assert set(answer.json()) == {"error"}
    assert len([message for message in caplog.messages if "'evil.example'" in message]) == 1


def test_a_name_of_the_config_does(start_node: StartNode) -> None:
    client = start_node(locked=False, hosts=["camera.example.org"])
    assert client.get("/", headers={"Host": "camera.example.org"}).status_code == 200
    assert client.get("/", headers={"Host": f"{socket.gethostname()}:99"}).status_code == 200
    answer = client.get("/", headers={"Host": "other.example.org"})
    assert "web.hosts" in answer.json()["error"]


def test_every_answer_says_what_browsers_must_not_do(start_node: StartNode) -> None:
    client = start_node()
    answers = [
        client.get("/"),
        client.get("/api/session"),
        client.get("/api/node"),
        client.get("/api/node", headers={"Authorization": f"Bearer {LOOK}"}),
        client.get("/none"),
        client.get("/", headers={"Host": "evil.example"}),
        client.options("/api/node", headers={"Origin": EVIL, "Access-Control-Request-Method": "POST"}),
        log_in(client, "wrong"),
    ]
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"] == CONTENT_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert not any(name.startswith("access-control-") for name in headers), "no other site may read"
        assert "server" not in headers
    assert answers[2].headers["cache-control"] == "no-store"
    assert answers[3].headers["cache-control"] == "no-store"


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    assert "unsafe" not in CONTENT_POLICY
    assert "http" not in CONTENT_POLICY
    assert "*" not in CONTENT_POLICY
    assert CONTENT_POLICY.startswith("default-src 'none'")


@pytest.mark.parametrize("locked", [True, False])
def test_other_sites_change_nothing(start_node: StartNode, locked: bool) -> None:
    client = start_node(locked=locked)
    if locked:
        assert log_in(client).status_code == 204
    other_sites: list[dict[str, str]] = [
        {},
        {"Origin": EVIL},
        {"Origin": EVIL, **PAGE},
        {"Origin": "null", **PAGE},
        {"Sec-Fetch-Site": "cross-site", **PAGE},
        {"Sec-Fetch-Site": "same-site", **PAGE},
        {"X-Edgeclassify": "other"},
    ]
    for headers in other_sites:
        assert client.post("/api/requests/ping", json={}, headers=headers).status_code == 403, headers
    assert client.post("/api/requests/ping", json={}, headers=PAGE).status_code == 200


def test_other_sites_log_nobody_in_or_out(start_node: StartNode) -> None:
    client = start_node()
    assert log_in(client, Origin=EVIL).status_code == 403
    assert log_in(client).status_code == 204
    assert client.post("/api/logout", headers={**PAGE, "Origin": EVIL}).status_code == 403
    assert client.post("/api/logout").status_code == 403
    assert client.get("/api/node").status_code == 200


def test_other_sites_look_at_nothing(start_node: StartNode) -> None:
    client = start_node(locked=False)
    for headers in ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, {"Origin": EVIL}):
        assert client.get("/api/cameras/front/frame.jpg", headers=headers).status_code == 403
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/", headers=visit).status_code == 200
    assert client.get("/", headers={**visit, "Sec-Fetch-Dest": "iframe"}).status_code == 403


def test_who_is_passed_on_needs_a_password(start_node: StartNode) -> None:
    """A proxy on this machine that lets everybody reach a page which only this machine should reach."""
    client = start_node(locked=False)
    for headers in ({"X-Forwarded-For": "192.0.2.1"}, {"Forwarded": "for=192.0.2.1"}):
        answer = client.get("/api/node", headers=headers)
        assert answer.status_code == 403
        assert "edgeclassify web password" in answer.json()["error"]


PATHS = (
    "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "//etc/passwd",
    "/api/../../etc/passwd", "/api/events/..%2f..%2fetc%2fpasswd/picture.jpg", "/api/looks/..%2fx.jpg",
    "/api/taught/..%2f..%2f/export.zip", "/api/models/..%2f..%2fetc%2fpasswd", "/%00", "/api/models/%00",
    "/assets/../page.py", "/page.py", "/__init__.py", "/index.html%00.js", "/\\..\\..\\etc\\passwd",
)  # fmt: skip


def test_paths_lead_to_nothing_else(start_node: StartNode) -> None:
    client = start_node(locked=False)
    for path in PATHS:
        found = raw(client, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        assert found.split(b" ")[1] in (b"400", b"404", b"405", b"422", b"409"), (path, found[:300])
        assert b"root:" not in found
        assert b"Traceback" not in found


def test_a_method_that_nobody_knows_is_refused(start_node: StartNode) -> None:
    client = start_node(locked=False)
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "ODD", "OPTIONS"):
        assert client.request(method, "/api/node", headers=PAGE).status_code == 405
        assert client.request(method, "/", headers=PAGE).status_code in (404, 405)
    found = raw(client, b"CONNECT evil.example:80 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    assert b" 200 " not in found


def test_an_upload_of_a_gigabyte_is_refused_at_once(start_node: StartNode) -> None:
    """And whoever sends it reads why."""
    client = start_node(locked=False)
    head = (
        b"POST /api/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Edgeclassify: page\r\nContent-Type: image/jpeg\r\n"
    )
    announced = raw_upload(client, head + b"Content-Length: 1000000000\r\n\r\n", b"\xff" * 65536)
    assert announced[0].split(b" ")[1] == b"413", announced[0][:200]
    assert announced[1] < 40_000_000
    chunk = b"10000\r\n" + b"\xff" * 65536 + b"\r\n"
    chunked = raw_upload(client, head + b"Transfer-Encoding: chunked\r\n\r\n", chunk)
    assert chunked[0].split(b" ")[1] == b"413", chunked[0][:200]
    assert chunked[1] < 60_000_000


def raw_upload(client: httpx.Client, head: bytes, piece: bytes) -> tuple[bytes, int]:
    """What is answered, and how much could be sent before the other side had enough."""
    port, sent = client.base_url.port, 0
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), 10) as browser:
        browser.sendall(head)
        browser.settimeout(3)
        try:
            while sent < 200_000_000:
                browser.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        found = b""
        browser.settimeout(5)
        try:
            while more := browser.recv(65536):
                found += more
        except OSError:
            pass
        return found, sent


def test_a_stranger_uploads_nothing(start_node: StartNode) -> None:
    client = start_node()
    head = (
        b"POST /api/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Edgeclassify: page\r\nContent-Type: image/jpeg\r\n"
    )
    found, sent = raw_upload(client, head + b"Content-Length: 1000000000\r\n\r\n", b"\xff" * 65536)
    assert found.split(b" ")[1] in (b"401", b"413"), found[:200]
    assert sent < 30_000_000


def test_who_waits_for_leave_to_send_is_told_at_once(start_node: StartNode) -> None:
    client = start_node()
    found = raw(
        client,
        b"POST /api/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Edgeclassify: page\r\nContent-Type: image/jpeg\r\n"
        b"Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n",
    )
    assert found.startswith(b"HTTP/1.1 401 ")


def test_a_node_that_shows_labels_only_has_no_picture(start_node: StartNode) -> None:
    client = start_node(locked=False, node={"labels_only": True})
    assert client.get("/api/session").json()["labels_only"]
    for path in ("/api/cameras/front/frame.jpg", "/api/cameras/front/stream.mjpeg", "/api/events/1/picture.jpg"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert client.get("/").status_code == 200


def test_over_https_the_cookie_stays_there(start_node: StartNode, certificates: Path) -> None:
    tls = {"cert": str(certificates / "server.pem"), "key": str(certificates / "server.key")}
    port = start_node(tls=tls).base_url.port
    context = ssl.create_default_context(cafile=str(certificates / "ca.pem"))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=context) as client:
        answer = log_in(client, Origin=f"https://127.0.0.1:{port}")
        assert "; Secure" in answer.headers["set-cookie"]
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert client.get("/api/node").status_code == 200


def test_a_renewed_certificate_is_taken_by_a_reload(
    start_node: StartNode, certificates: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = {"cert": tmp_path / "page.pem", "key": tmp_path / "page.key"}
    for name, kind in (("server", "first"), ("client", "second")):
        own["cert"].write_bytes((certificates / f"{name}.pem").read_bytes())
        own["key"].write_bytes((certificates / f"{name}.key").read_bytes())
        if kind == "first":
            client = start_node(locked=False, tls={key: str(path) for key, path in own.items()})
            first = served_certificate(client)
        else:
            client.bench.reload()  # type: ignore[attr-defined]
            assert served_certificate(client) != first
    own["key"].write_text("broken")
    client.bench.reload()  # type: ignore[attr-defined]
    assert len([message for message in caplog.messages if message.startswith("no page: web.tls.key")]) == 1


def served_certificate(client: httpx.Client) -> str:
    return ssl.get_server_certificate(("127.0.0.1", client.base_url.port or 0))
