"""A page that is watched while a test uses it: nothing may go wrong unseen."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser.appearances import Appearance
from tests.support.waiting import patient

WAIT_MS = patient(10_000)
expect.set_options(timeout=WAIT_MS)


class Faults:
    """What went wrong on a page: errors of scripts and in the console (a violation of the content security policy
    is one), and requests to other hosts than the page's."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Faults in which this regular expression is found are what the test is about."""
        self._expected.append(pattern)

    def check(self) -> None:
        """Fail where one was found that nobody expects."""
        unexpected = [fault for fault in self._found if not any(re.search(p, fault) for p in self._expected)]
        assert not unexpected, "\n".join(unexpected)

    def watch(self, page: Page) -> None:
        """From now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._found.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(page, request))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._found.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, page: Page, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("data", "blob", "about") or page.url.startswith("about:"):
            return
        if url.netloc != urlsplit(page.url).netloc:
            self._found.append(f"asked another host: {request.url}")


@contextmanager
def watched_page(
    browser: Browser, address: str, appearance: Appearance, faults: Faults, **options: object
) -> Iterator[Page]:
    """A page in a context of its own (cookies, storage), opened at an address. `options`: further ones of it."""
    context = browser.new_context(**{**appearance.options(), "base_url": address, **options})
    try:
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        faults.watch(page)
        page.goto("")
        yield page
    finally:
        context.close()
