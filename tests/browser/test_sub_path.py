"""The page below a path of another server, which is nginx here."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.appearances import PHONE
from tests.browser.conftest import OpenPage
from tests.browser.pages import PAGES, go_to
from tests.browser.served_nodes import ServedNode
from tests.support.broker import free_port
from tests.support.waiting import wait_for

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
CONFIG = """\
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /house/gate/ {{
      proxy_pass http://127.0.0.1:{behind}/;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_buffering off;
    }}
  }}
}}
"""


class Proxied:
    """What `open_page` needs of a node."""

    def __init__(self, address: str) -> None:
        self.address = address


@pytest.fixture(scope="module")
def proxied(node: ServedNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    if NGINX is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx)")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, behind=node.port))
    process = subprocess.Popen([NGINX, "-c", str(config), "-e", str(folder / "error.log")])
    try:
        wait_for(lambda: (folder / "pid").exists() and Path(folder / "pid").read_text())
        yield Proxied(f"http://127.0.0.1:{port}/house/gate/")
    finally:
        process.terminate()
        process.wait(10)


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
