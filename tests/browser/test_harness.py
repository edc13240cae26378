"""What the other tests here stand on."""

import pytest
from playwright.sync_api import Page

from tests.browser.appearances import EACH, Appearance
from tests.browser.served_nodes import ServedNode
from tests.browser.watched_pages import Faults


@pytest.mark.parametrize("appearance", EACH, indirect=True, ids=str)
def test_a_screen_has_its_size_and_its_scheme(page: Page, appearance: Appearance) -> None:
    assert page.evaluate("screen.width") == appearance.width
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (appearance.scheme == "dark")


def test_the_node_has_a_state_and_a_config_of_its_own(node: ServedNode) -> None:
    assert node.get("healthz")["status"] in ("ok", "degraded")
    assert "table" in node.config_text


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("() => console.error('broken')", "broken"),
        ("() => { setTimeout(() => { throw new Error('late') }); }", "late"),
        ("() => fetch('http://127.0.0.2:9/').catch(() => 0)", "Content Security Policy"),
        (
            "() => { document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/'})); }",
            "another host",
        ),
    ],
)
def test_faults_of_a_page_are_noticed(page: Page, faults: Faults, script: str, said: str) -> None:
    found = Faults()
    faults.expect(f"{said}|net::ERR|Content Security Policy|another host")
    found.watch(page)
    with pytest.raises(AssertionError, match=said):  # noqa: PT012 - the script's error comes a moment later
        page.evaluate(script)
        page.wait_for_timeout(50)
        found.check()
