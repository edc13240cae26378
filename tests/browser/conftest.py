"""A real daemon with the page, and a real Chromium that looks at it.

    from playwright.sync_api import Page, expect
    from tests.browser.appearances import EACH, SIZES, PHONE
    from tests.browser.served_nodes import ServedNode

    def test_it_shows_the_label(page: Page) -> None:               # on a desktop, in light
        page.goto("#/live")
        expect(page.get_by_role("heading", name="Live")).to_be_visible()

    @pytest.mark.parametrize("appearance", EACH, indirect=True)    # or SIZES, [PHONE]: see `appearances`
    def test_it_fits(page: Page, appearance: Appearance) -> None: ...

    def test_it_is_written(page: Page, node: ServedNode) -> None:  # `node.config_text`, `node.get("api/node")`
        ...

`node` is a daemon of its own for each module, that all its tests share: the demo's photos at two a second as
camera "photos", view "table", the built-in model, snapshots and history on, no broker, a config file that may be
changed. A module that needs another one defines a fixture `node` of its own with module scope: `serve(more=...)`
makes it. `fresh_node` is one for a single test. `locked_node` wants PASSWORD.

`page` is the page of `node`, in a context of its own for each test: no cookie, no storage is left of others.
`open_page` opens further ones: `other = open_page(appearance=PHONE)`, `open_page(locked_node)`,
`open_page(java_script_enabled=False)`.

A test fails where the console shows an error or warning, a script breaks, the content security policy is violated,
or another host is asked. What a test brings about is said first: `faults.expect("401")`, a regular expression that
is searched in what the console shows.

All wait up to ten seconds by themselves: use `expect(...)` and locators by role and name, no sleep. A module's
tests share its daemon: each undoes what it changes, or uses names of its own.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.appearances import DESKTOP, Appearance
from tests.browser.served_nodes import PASSWORD, ServedNode
from tests.browser.watched_pages import Faults, watched_page

CHROMIUM = os.environ.get("EDGECLASSIFY_CHROMIUM") or shutil.which("chromium")
HERE = Path(__file__).parent

Serve = Callable[..., ServedNode]
OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies here needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window; skips where it is not installed."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Makes and starts daemons for this module, as `ServedNode` takes it."""
    with ExitStack() as stack:

        def start(**options: Any) -> ServedNode:
            node = ServedNode(tmp_path_factory.mktemp("node"), **options)
            stack.callback(node.stop)
            return node.start()

        yield start


@pytest.fixture(scope="module")
def node(browser: Browser, serve: Serve) -> ServedNode:
    """The module's daemon."""
    return serve()


@pytest.fixture
def fresh_node(browser: Browser, tmp_path: Path) -> Iterator[ServedNode]:
    """A daemon for one test."""
    node = ServedNode(tmp_path)
    try:
        yield node.start()
    finally:
        node.stop()


@pytest.fixture(scope="module")
def locked_node(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    """A daemon that wants PASSWORD; its access file was made by `edgeclassify web password`."""
    node = ServedNode(tmp_path_factory.mktemp("locked"))
    command = [sys.executable, "-m", "edgeclassify", "web", "password", "--own", "--config", str(node.config_file)]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, cwd=node.folder, capture_output=True)
    try:
        yield node.start()
    finally:
        node.stop()


@pytest.fixture
def appearance(request: pytest.FixtureRequest) -> Appearance:
    """How `page` is looked at: parametrize it indirectly."""
    found: Appearance = getattr(request, "param", DESKTOP)
    return found


@pytest.fixture
def faults() -> Iterator[Faults]:
    """What went wrong on the test's pages; checked when it ends."""
    faults = Faults()
    yield faults
    faults.check()


@pytest.fixture
def open_page(request: pytest.FixtureRequest, browser: Browser, faults: Faults) -> Iterator[OpenPage]:
    """Opens a page in a context of its own: `open_page(node, appearance=..., **options of the context)`."""
    with ExitStack() as stack:

        def opened(node: ServedNode | None = None, *, appearance: Appearance = DESKTOP, **options: Any) -> Page:
            if node is None:
                node = request.getfixturevalue("node")
            assert node is not None
            return stack.enter_context(watched_page(browser, node.address, appearance, faults, **options))

        yield opened


@pytest.fixture
def page(node: ServedNode, open_page: OpenPage, appearance: Appearance) -> Page:
    """The page of `node`."""
    return open_page(node, appearance=appearance)
