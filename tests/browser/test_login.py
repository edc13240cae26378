"""A node that wants a password, and who gets in."""

import urllib.error

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.appearances import EACH, PHONE
from tests.browser.conftest import OpenPage
from tests.browser.served_nodes import PASSWORD, ServedNode
from tests.browser.watched_pages import Faults


@pytest.fixture(scope="module")
def node(locked_node: ServedNode) -> ServedNode:
    return locked_node


def log_in(page: Page, password: str) -> None:
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_who_knows_the_password_gets_in_and_stays_in(page: Page) -> None:
    expect(page.get_by_role("heading", name="Live")).to_have_count(0)
    log_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"


def test_a_wrong_password_is_said_and_can_be_typed_again(page: Page, faults: Faults) -> None:
    faults.expect("401")
    log_in(page, "not this one")
    expect(page.get_by_role("alert")).to_contain_text("not the password")
    expect(page.get_by_label("Password")).to_be_focused()
    assert page.context.cookies() == []
    log_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()


def test_who_logs_out_is_out(page: Page, faults: Faults) -> None:
    faults.expect("401")  # what was asked for a moment before
    log_in(page, PASSWORD)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    status = page.evaluate("fetch('api/session').then((r) => r.json())")
    assert status["authenticated"] is False


def test_a_phone_logs_out_behind_more(open_page: OpenPage, faults: Faults) -> None:
    faults.expect("401")
    page = open_page(appearance=PHONE)
    log_in(page, PASSWORD)
    page.get_by_role("button", name="More").click()
    page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_wrong_token_gets_nothing(node: ServedNode) -> None:
    for path in ("api/node", "api/cameras/photos/frame.jpg", "api/stream", "metrics"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            node.get(path, Authorization="Bearer ect_wrong")
        assert refused.value.code == 401, path


@pytest.mark.parametrize("appearance", EACH, indirect=True, ids=str)
def test_everybody_can_log_in(page: Page) -> None:
    expect(page.get_by_label("Password")).to_be_focused()
    assert not (found := Axe().run(page)).violations_count, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
