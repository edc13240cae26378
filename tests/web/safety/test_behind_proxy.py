"""The page behind a real nginx: below a path, and as Home Assistant's ingress has it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.nginx import NGINX, Nginx
from tests.support.waiting import patient
from tests.web.safety.conftest import PAGE, StartNode, log_in

DOCUMENT = Path(__file__).parents[3] / "docs/page-safety.md"
INGRESS = """
location /api/hassio_ingress/aB_c-1/ {
  proxy_pass http://127.0.0.1:8080/;
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header X-Ingress-Path /api/hassio_ingress/aB_c-1;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto https;
  proxy_buffering off;
}
"""

pytestmark = pytest.mark.skipif(
    not Path(NGINX).exists(), reason="nginx is not installed (Debian: apt-get install nginx)"
)


def documented() -> str:
    found = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


@contextmanager
def behind(node: httpx.Client, folder: Path, location: str) -> Iterator[httpx.Client]:
    """Asks the node through nginx, from 127.0.0.2."""
    text = location.replace("127.0.0.1:8080", f"127.0.0.1:{node.base_url.port}")
    with ExitStack() as stack:
        nginx = Nginx(folder / "nginx", text)
        stack.callback(nginx.stop)
        nginx.start()
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        yield stack.enter_context(httpx.Client(base_url=nginx.address, transport=transport, timeout=patient(10)))


def test_below_a_path_the_browsers_address_counts(
    start_node: StartNode, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    node = start_node(proxies=["127.0.0.1"])
    with behind(node, tmp_path, documented()) as client:
        below(client, "/gate/")
        for wrong in ("a", "b", "c", "d", "e"):
            assert log_in_below(client, wrong).status_code == 401
        assert log_in_below(client).status_code == 429
        assert "5 wrong passwords from 127.0.0.2:" in caplog.text, "the browser's address, not the proxy's"
        assert log_in(node).status_code == 204, "others are not kept waiting"


def test_it_works_below_a_path_as_the_documentation_has_it(start_node: StartNode, tmp_path: Path) -> None:
    with behind(start_node(proxies=["127.0.0.1"]), tmp_path, documented()) as client:
        assert client.get("/gate").status_code == 301, "nginx adds the slash, without which nothing is relative"
        own = below(client, "/gate/")
        assert client.get("").text.startswith("<!")
        assert client.get("api/node").status_code == 401
        answer = log_in_below(client)
        assert "Path=/gate/" in answer.headers["set-cookie"]
        assert client.get("api/node").status_code == 200
        headers = {**PAGE, "Origin": own}
        assert client.post("api/requests/ping", json={}, headers=headers).status_code == 200
        evil = {**PAGE, "Origin": "http://evil.example"}
        assert client.post("api/requests/ping", json={}, headers=evil).status_code == 403
        assert client.get("api/node", headers={"Host": "evil.example"}).status_code == 421
        with client.stream("GET", "api/stream") as stream:
            lines = stream.iter_lines()
            assert any(line.startswith("event: now") for line in (next(lines) for _ in range(5)))


def below(client: httpx.Client, path: str) -> str:
    """Ask below this path from now on; the proxy's own address."""
    own = str(client.base_url).rstrip("/")
    client.base_url = httpx.URL(f"{own}{path}")
    return own


def log_in_below(client: httpx.Client, password: str = "rather secret words") -> httpx.Response:
    return client.post("api/login", json={"password": password}, headers=PAGE)


def test_it_works_in_home_assistants_ingress(start_node: StartNode, tmp_path: Path) -> None:
    node = start_node(proxies=["127.0.0.1"], hosts=["home.example.org"])
    with behind(node, tmp_path, INGRESS) as client:
        client.headers["Host"] = "home.example.org:8123"
        below(client, "/api/hassio_ingress/aB_c-1/")
        origin = {"Origin": "https://home.example.org:8123", **PAGE}
        answer = client.post("api/login", json={"password": "rather secret words"}, headers=origin)
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert "Path=/api/hassio_ingress/aB_c-1/" in cookie
        assert "; Secure" in cookie, "the browser's way is https"
        said = {"Cookie": cookie.partition(";")[0], **origin}
        assert client.get("api/node", headers=said).status_code == 200
        assert client.get("", headers=said).headers["x-frame-options"] == "SAMEORIGIN"


def test_a_proxy_that_nobody_has_named_is_a_stranger(start_node: StartNode, tmp_path: Path) -> None:
    with behind(start_node(locked=False), tmp_path, documented()) as client:
        for path in ("/gate/", "/gate/api/session", "/gate/api/node"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "edgeclassify web password" in answer.json()["error"]
