"""The page below a path of another server, which is nginx here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.appearances import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.pages import PAGES, go_to
from tests.browser.served_nodes import ServedNode
from tests.support.nginx import NGINX, Nginx

LOCATION = """\
    location /house/gate/ {{
      proxy_pass {page}/;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_buffering off;
    }}
"""


class Proxied:
    """What `open_page` needs of a node."""

    def __init__(self, address: str) -> None:
        self.address = address


@pytest.fixture(scope="module")
def proxied(node: ServedNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    if not Path(NGINX).exists():
        pytest.skip("nginx is not installed (Debian: apt-get install nginx)")
    location = LOCATION.format(page=f"http://127.0.0.1:{node.port}")
    nginx = Nginx(tmp_path_factory.mktemp("proxy") / "nginx", location).start()
    try:
        yield Proxied(f"{nginx.address}/house/gate/")
    finally:
        nginx.stop()


def test_every_page_works_below_a_path(proxied: ServedNode, open_page: OpenPage) -> None:
    asked: list[Request] = []
    page: Page = open_page(proxied, appearance=PHONE)
    page.on("request", lambda one: asked.append(one))
    expect(page.get_by_role("region", name="table now")).to_contain_text("espresso")
    expect(page.get_by_role("region", name="table now")).to_contain_text("Egyptian cat")
    expect(page.locator("main img").first).to_be_visible()
    for name in PAGES:
        go_to(page, name)
    outside = [one.url for one in asked if not one.url.startswith((proxied.address, "blob:", "data:"))]
    assert not outside


def test_what_changes_something_is_let_through(proxied: ServedNode, open_page: OpenPage) -> None:
    page = open_page(proxied)
    page.get_by_role("button", name="Snooze").click()
    page.get_by_role("dialog").get_by_role("button", name="10 minutes").click()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Snooze")).to_be_visible()
