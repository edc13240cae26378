"""Whether there is a page, and who reaches it."""

from importlib.util import find_spec

from edgeclassify.config import Config, WebConfig
from edgeclassify.config.editing.interface import KeyChange
from edgeclassify.errors import PageError, UsageError
from edgeclassify.setup.around import Around
from edgeclassify.setup.draft import Draft
from edgeclassify.setup.interface import Given, PageReach, Subject
from edgeclassify.setup.questions.interface import Question
from edgeclassify.setup.terminal.talk import Choice

_PACKAGES = ("starlette", "uvicorn", "prometheus_client")
_HERE, _EVERYWHERE = "127.0.0.1", "0.0.0.0"


class PageQuestion(Question):
    """Off, for this machine, or for the network behind a password."""

    subject, title, flags = Subject.PAGE, "Page", "--page off"

    def now(self, config: Config) -> str:
        """Who reaches it."""
        return "none" if not config.web.enabled else config.web.address

    def answered(self, draft: Draft, given: Given, around: Around) -> Draft:
        """Who reaches it, and the password."""
        reach = given.page or _chosen(draft.config.web, given, around)
        draft = draft.changed(_keys(draft.config.web, reach))
        if reach is not PageReach.NETWORK:
            return draft.with_page_password(None)
        password = given.page_password
        if password is None and Subject.PAGE not in given.subjects:
            password = around.talk.secret("Its password", usual_is="the one that it has, else one is made")
        return draft if password is None else draft.with_page_password(checked_password(password))

    def try_out(self, draft: Draft, around: Around) -> None:
        """Its packages are here, and its port is free, or our own service has it."""
        web = draft.config.web
        if not web.enabled:
            around.screen.good("no page")
            return
        missing = [name for name in _PACKAGES if find_spec(name) is None]
        if missing:
            raise PageError(
                f"web.enabled: expected the packages of the page, found no {', '.join(missing)}. pip install "
                "'edgeclassify[web]'"
            )
        if not around.service.is_active:
            from edgeclassify.web.serving.listening import listening

            listening(web.listen, web.port).close()
        around.screen.good(f"it will be at {web.address}")


def _chosen(web: WebConfig, given: Given, around: Around) -> PageReach:
    if given.page_password is not None:
        return PageReach.NETWORK
    around.talk.hint("To aim the camera, tune and teach in a browser.")
    choices = (
        Choice(PageReach.NETWORK, "for everybody in this network who has the password", "a phone, say"),
        Choice(PageReach.HERE, "for this machine alone"),
        Choice(PageReach.OFF, "none"),
    )
    now = PageReach.OFF if not web.enabled else PageReach.NETWORK if web.is_open else PageReach.HERE
    return PageReach(around.talk.choice("A page", choices, now))


def _keys(web: WebConfig, reach: PageReach) -> list[KeyChange]:
    if reach is PageReach.OFF:
        return [KeyChange(("web", "enabled"), False)] if web.enabled else []
    keys = [] if web.enabled else [KeyChange(("web", "enabled"), True)]
    if web.is_open != (reach is PageReach.NETWORK):
        keys.append(KeyChange(("web", "listen"), _EVERYWHERE if reach is PageReach.NETWORK else _HERE))
    return keys


def checked_password(password: str) -> str:
    """The password, where it is long enough. Raises UsageError."""
    from edgeclassify.web.safety.passwords import LEAST_LETTERS, MOST_LETTERS

    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise UsageError(
            f"page password: expected {LEAST_LETTERS} to {MOST_LETTERS} letters, found {len(password)}. Several "
            "words are good, and easy to type."
        )
    return password
